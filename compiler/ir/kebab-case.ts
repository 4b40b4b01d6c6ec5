/** Words in kebab-case: what users name. */
export const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*$/;
