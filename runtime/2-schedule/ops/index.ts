import { act } from "./act.ts";
import { ask } from "./ask.ts";
import { call } from "./call.ts";
import { choose } from "./choose.ts";
import { code } from "./code.ts";
import type { Handlers } from "./handler.ts";
import { map } from "./map.ts";
import { pure } from "./pure.ts";
import { repeat } from "./repeat.ts";
import { wait } from "./wait.ts";

/** How each kind of op runs. */
export const handlers: Handlers = {
  ask,
  act,
  code,
  pure,
  call,
  map,
  repeat,
  choose,
  wait,
};
