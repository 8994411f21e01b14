// Uses a server by the types that openapi-typescript makes of its document, and
// openapi-fetch: schema.d.ts, which the test generates beside this and which is not in git.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { env: Record<string, string | undefined> };

type Schemas = components["schemas"];

/** Every answer but exports, which some routes give as text when asked to. */
type Answers = "application/json" | "application/problem+json";

const client = createClient<paths, Answers>({
  baseUrl: process.env["MITTARI_URL"] ?? "",
  headers: { Authorization: `Bearer ${process.env["MITTARI_KEY"]}` },
});

/** Fails unless it holds, and tells what came instead. */
function want(holds: boolean, what: string, came: unknown): asserts holds {
  if (!holds) throw new Error(`want ${what}, came ${JSON.stringify(came)}`);
}

/** The answer's document; a refusal is thrown, with the problem. */
function document<T>({ data, error }: { data?: T; error?: Schemas["Problem"] }): T {
  if (data === undefined) throw new Error(`refused: ${error?.detail}`);
  return data;
}

/** Stores one twice, reads it back, pages through several, and erases it. */
async function responses(): Promise<void> {
  const one: Schemas["Submission"] = { submission_id: "ts-1", touchpoint: "ts", metric: "nps", score: 9, comment: "Quick.", properties: { vip: true, note: null } };
  const created = await client.POST("/v1/responses", { body: one });
  const again = await client.POST("/v1/responses", { body: one });
  const id = document(created).id;
  want(created.response.status === 201 && again.response.status === 200 && document(again).id === id, "201, then 200 with the same id", again);

  const read = document(await client.GET("/v1/responses/{id}", { params: { path: { id } } }));
  want(read.answers[0]?.score === 9 && read.answers[0].comment === "Quick." && read.properties?.["vip"] === true, "what was sent", read);

  for (const submission_id of ["ts-2", "ts-3"]) document(await client.POST("/v1/responses", { body: { ...one, submission_id } }));
  let cursor: string | undefined;
  let pages = 0;
  do {
    const page = document(await client.GET("/v1/responses", { params: { query: { touchpoint: "ts", limit: 1, ...(cursor ? { cursor } : {}) } } }));
    want(page.responses.length === 1, "one a page", page);
    cursor = page.next_cursor;
    pages++;
  } while (cursor);
  want(pages === 3, "three pages", pages);

  const erased = await client.DELETE("/v1/responses/{id}", { params: { path: { id } } });
  want(erased.response.status === 204, "204", erased.error);
}

/** Is told every fault of a response at once. */
async function refused(): Promise<void> {
  const { error, response } = await client.POST("/v1/responses", { body: { metric: "nps", score: 11, language: "?" } });
  want(response.status === 422 && error !== undefined, "422", response.status);
  const code: Schemas["Code"] = error.code;
  const fields = (error.errors ?? []).map((fault) => fault.field).sort();
  want(code === "invalid" && fields.length === 2 && fields.includes("language"), "the faults of two fields", error);
}

/** Puts a touchpoint, and again only as long as nobody else has. */
async function catalog(): Promise<void> {
  const path = { key: "ts-desk" };
  const created = await client.PUT("/v1/touchpoints/{key}", { params: { path }, body: { name: "Desk" } });
  const tag = created.response.headers.get("ETag") ?? "";
  for (const status of [200, 412]) {
    const put = await client.PUT("/v1/touchpoints/{key}", { params: { path, header: { "If-Match": tag } }, body: { name: "Front desk" } });
    want(put.response.status === status, String(status), put.error ?? put.data);
  }
  const listed = document(await client.GET("/v1/touchpoints"));
  want(listed.touchpoints.some((t) => t.key === "ts-desk" && t.name === "Front desk"), "the touchpoint", listed);
  const gone = await client.DELETE("/v1/touchpoints/{key}", { params: { path } });
  want(gone.response.status === 204, "204", gone.error);
}

/** Reads the score of the two responses that are left. */
async function scores(): Promise<void> {
  const { scores } = document(await client.GET("/v1/scores", { params: { query: { metric: "nps", group_by: "touchpoint", window: "today", touchpoint: "ts" } } }));
  const row = scores[0];
  want(row?.score === 100 && row.sample_size === 2 && row.key === "ts", "NPS 100 of two", scores);
}

/** Records figures, one and many, and reads what they add up to. */
async function kpis(): Promise<void> {
  const path = { key: "ts-sales" };
  document(await client.PUT("/v1/kpis/{key}", { params: { path }, body: { name: "Sales", kind: "financial", unit: "EUR", adds_up: "sum" } }));
  const figure: Schemas["SubmittedObservation"] = { period: "month", start: "2026-10-01", value: 184200.51 };
  const recorded = document(await client.POST("/v1/kpis/{key}/observations", { params: { path }, body: figure }));
  want(recorded.new, "a new figure", recorded);

  const many = await client.POST("/v1/kpis/{key}/observations", { params: { path }, body: [figure, { ...figure, start: "2026-09-01" }], parseAs: "text" });
  const lines = String(many.data).trim().split("\n");
  const outcomes = lines.map((line): Schemas["BulkOutcome"] => JSON.parse(line));
  want(outcomes.map((o) => o.status).join() === "200,201", "an outcome a line", many.data);

  const { values } = document(await client.GET("/v1/kpis/{key}/values", { params: { path, query: { period: "month", since: "2026-10-01" } } }));
  want(values[0]?.value === 184200.51, "184200.51", values);
}

/** Makes a key that may do less, sees it refused, and revokes it. */
async function keys(): Promise<void> {
  const made = document(await client.POST("/v1/keys", { body: { name: "smoke", scopes: ["responses:write"] } }));
  const { error } = await client.GET("/v1/keys", { headers: { Authorization: `Bearer ${made.token}` } });
  want(error?.code === "forbidden", "forbidden", error);
  const revoked = await client.DELETE("/v1/keys/{id}", { params: { path: { id: made.id } } });
  want(revoked.response.status === 204, "204", revoked.error);
}

for (const step of [responses, refused, catalog, scores, kpis, keys]) await step();
console.log("smoke: all is well");
