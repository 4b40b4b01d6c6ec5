/** The bytes of artifacts, by what they are: `artifacts/<sha256>` in a run's folder. */
import { randomUUID } from "node:crypto";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Digest, digestBytes, shortDigest } from "../../compiler/ir/digest.ts";

/** Keeps bytes under their digest. What `keep` throws is the system's error of a write that failed. */
export interface Blobs {
  /** Keeps bytes whose digest is given; those that are kept already are not written again. */
  readonly keep: (digest: Digest, bytes: Uint8Array) => void;
  /** The bytes; null where they are not, or are no longer what was kept. */
  readonly read: (digest: Digest) => Uint8Array | null;
}

/** Blobs as files in a folder, which is made when the first one comes. Each file is whole, or not there. */
export function fileBlobs(dir: string): Blobs {
  const fileOf = (digest: Digest) => join(dir, shortDigest(digest, 64));
  return {
    keep: (digest, bytes) => {
      if (existsSync(fileOf(digest))) return;
      mkdirSync(dir, { recursive: true });
      const draft = join(dir, `draft-${randomUUID()}`);
      writeDurably(draft, bytes);
      renameSync(draft, fileOf(digest));
    },
    read: (digest) => {
      if (!existsSync(fileOf(digest))) return null;
      const bytes = readFileSync(fileOf(digest));
      return digestBytes(bytes) === digest ? bytes : null;
    },
  };
}

/** Where a run's artifacts are. */
export function blobsDir(runDir: string): string {
  return join(runDir, "artifacts");
}

/** A rename may overtake the content on its way to the disk, but for a sync. */
function writeDurably(file: string, bytes: Uint8Array): void {
  const fd = openSync(file, "wx");
  try {
    writeFileSync(fd, bytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
