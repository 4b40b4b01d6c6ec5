import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hostName } from "../../compiler/ir/granted-names.ts";
import { isNamed, isPrivateAddress } from "../../runtime/permissions/hosts.ts";

const test = suite("permissions: hosts");

test("addresses of this machine, of private networks, of links and of no host are private, in each way that IPv6 says them", () => {
  const v4 = ["0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255"];
  const more = [
    "192.0.0.8",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
  ];
  const v6 = ["::", "::1", "fc00::1", "fdff::1", "fe80::1", "fe80::1%eth0", "ff02::1", "2001:db8::1", "2001::1", "2002:7f00:1::"];
  const mapped = ["::ffff:127.0.0.1", "::ffff:7f00:1", "::127.0.0.1", "64:ff9b::7f00:1", "::ffff:8.8.8.8", "3fff::1"];
  for (const address of [...v4, ...more, ...v6, ...mapped, "no address", ""]) assert.ok(isPrivateAddress(address), address);
});

test("addresses of the public internet are not", () => {
  const around = [
    "11.0.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "126.255.255.255",
    "128.0.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.167.255.255",
  ];
  for (const address of [...around, "8.8.8.8", "93.184.216.34", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::200e"])
    assert.not.ok(isPrivateAddress(address), address);
});

test("a grant names a host, the hosts below a domain, or one port of either", () => {
  const named = (url: string, ...names: readonly string[]) => isNamed(new URL(url), { all: false, names });
  assert.ok(named("https://API.example.com/x", "api.Example.com"));
  assert.ok(named("https://api.example.com./x", "api.example.com"));
  assert.ok(named("https://a.b.example.com/", "*.example.com"));
  assert.ok(named("https://example.com:8443/", "example.com:8443"));
  assert.ok(named("https://example.com/", "example.com:443"));
  assert.ok(named("http://[::1]:80/", "[::1]") && named("http://[::1]/", "::1") && named("http://[::1]:8080/", "[::1]:8080"));
  assert.ok(named("http://2130706433/", "127.0.0.1"));
  for (const [url, name] of [
    ["https://example.com/", "*.example.com"],
    ["https://notexample.com/", "*.example.com"],
    ["https://example.com.evil.org/", "example.com"],
    ["https://evil.org/example.com", "example.com"],
    ["https://example.com@evil.org/", "example.com"],
    ["https://example.com:8443/", "example.com:443"],
    ["http://example.com/", "example.com:443"],
    ["https://api.example.com/", "example.com"],
  ] as const)
    assert.not.ok(named(url, name), `${url} is not ${name}`);
});

test("what is no host is told from what is one", () => {
  for (const word of [
    "localhost",
    "localhost:8080",
    "api.example.com",
    "*.example.com",
    "*.example.com:443",
    "10.0.0.1",
    "[::1]",
    "[fe80::1]:80",
    "my_host",
  ])
    assert.ok(hostName.test(word), word);
  for (const word of ["", "*", "http://x.y", "x.y/z", "a b", "a..b", ".a", "x:", "x:abc", "x:123456", "*.*.a", "a.*"])
    assert.not.ok(hostName.test(word), word);
});

test.run();
