/** The part of JSON Schema that our own schemas use: enough to hold data against them. */
export function problemsBySchema(data: unknown, schema: unknown, at = "$"): readonly string[] {
  const rule = asObject(schema);
  const problems: string[] = [];
  const { type, enum: words, pattern, minimum } = rule;
  if (typeof type === "string" && !isOfType(data, type)) return [`${at} is no ${type}`];
  if (Array.isArray(words) && !words.includes(data)) problems.push(`${at} is none of the words`);
  if (typeof pattern === "string" && !new RegExp(pattern).test(String(data)))
    problems.push(`${at} does not match`);
  if (typeof minimum === "number" && Number(data) < minimum) problems.push(`${at} is too small`);
  if (Array.isArray(data))
    for (const [index, item] of data.entries())
      problems.push(...problemsBySchema(item, rule["items"] ?? {}, `${at}[${index}]`));
  else if (typeof data === "object" && data !== null) problems.push(...inObject(data, rule, at));
  return problems;
}

function inObject(data: object, rule: Record<string, unknown>, at: string): readonly string[] {
  const { required, additionalProperties } = rule;
  const properties = asObject(rule["properties"]);
  const missing = (Array.isArray(required) ? required : []).filter((name) => !(name in data));
  const inside = Object.entries(data).flatMap(([name, value]) =>
    problemsBySchema(value, properties[name] ?? additionalProperties ?? {}, `${at}.${name}`),
  );
  return [...missing.map((name) => `${at}.${name} is missing`), ...inside];
}

function isOfType(data: unknown, type: string): boolean {
  if (type === "array") return Array.isArray(data);
  if (type === "integer") return Number.isInteger(data);
  if (type === "object") return typeof data === "object" && data !== null && !Array.isArray(data);
  return typeof data === type;
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
