/** The local names that Cobertura reports use, as the numbers the scanner gives them. */
export const word = {
  coverage: 1,
  source: 2,
  package: 3,
  class: 4,
  method: 5,
  line: 6,
  filename: 7,
  number: 8,
  hits: 9,
  "condition-coverage": 10,
  "line-rate": 11,
  "lines-covered": 12,
  "lines-valid": 13,
  "branches-covered": 14,
  "branches-valid": 15,
  project: 16,
  file: 17,
  path: 18,
} as const;

export const coberturaVocabulary: ReadonlyMap<string, number> = new Map(Object.entries(word));
