/** What the name of an environment variable looks like. */
export const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What names hosts: `api.example.com`, `*.example.com` for those below it, `10.0.0.7`, `[::1]`, each with a port or for every one. */
export const hostName = /^(\*\.)?([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/;
