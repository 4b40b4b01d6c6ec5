import { nothing } from "./nowhere.ts";
export default { entries: [nothing] };
