import { intercept } from "./network.ts";
import { rehearse } from "./demo.ts";

intercept(rehearse());
