// Which series a value is of, where it is kept as plain data. In: nothing. Out: fields of a schema.
import * as z from "../base/schema.js";

export const seriesFields = { key: z.array(z.string()).readonly(), target: z.string() };
