const utf8 = new TextDecoder();

/** A response's status and headers. */
export type ResponseHead = Pick<Response, "status" | "statusText" | "headers">;

/**
 * A response whose body is all there. Its text and JSON are read from the bytes: the stream that a `Response` makes of a body costs
 * more than the rest of a call. Whatever else is asked of it comes from a usual response, made then.
 */
export function wholeResponse(bytes: Uint8Array, head: ResponseHead): Response {
  let usual: Response | undefined;
  let isRead = false;
  const rest = () => {
    if (isRead) throw new TypeError("Body is unusable: Body has already been read");
    usual ??= new Response(bytes, head);
    return usual;
  };
  const text = async () => {
    if (usual) return usual.text();
    if (isRead) throw new TypeError("Body is unusable: Body has already been read");
    isRead = true;
    return utf8.decode(bytes);
  };
  return Object.defineProperties(new Response(null, head), {
    text: { value: text },
    json: { value: async () => JSON.parse(await text()) },
    arrayBuffer: { value: async () => rest().arrayBuffer() },
    blob: { value: async () => rest().blob() },
    formData: { value: async () => rest().formData() },
    clone: { value: () => rest().clone() },
    body: { get: () => (isRead ? (usual?.body ?? null) : rest().body) },
    bodyUsed: { get: () => isRead || usual?.bodyUsed === true },
  });
}
