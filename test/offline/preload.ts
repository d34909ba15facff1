import { intercept } from "./network.ts";
import { rehearse } from "./rehearsal.ts";

intercept(rehearse());
