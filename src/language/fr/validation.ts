/** What a request has to be, by the keywords of JSON Schema. */
export const validation = {
  '{pointer}: {reason}': '{pointer} : {reason}',
  'is not valid': 'n’est pas valide',
  'must be of the type {type}': 'doit être du type {type}',
  'must have the property "{property}"': 'doit avoir la propriété « {property} »',
  'must not have the property "{property}"': 'ne doit pas avoir la propriété « {property} »',
  'must be {value}': 'doit être {value}',
  'must be one of {values}': 'doit être l’une de ces valeurs : {values}',
  'must have at least {limit, plural, one {# character} other {# characters}}': 'doit avoir au moins {limit, plural, one {# caractère} other {# caractères}}',
  'must have at most {limit, plural, one {# character} other {# characters}}': 'doit avoir au plus {limit, plural, one {# caractère} other {# caractères}}',
  'must have at least {limit, plural, one {# item} other {# items}}': 'doit avoir au moins {limit, plural, one {# élément} other {# éléments}}',
  'must have at most {limit, plural, one {# item} other {# items}}': 'doit avoir au plus {limit, plural, one {# élément} other {# éléments}}',
  'must not have the same item twice': 'ne doit pas contenir deux fois le même élément',
  'must have at least {limit, plural, one {# property} other {# properties}}': 'doit avoir au moins {limit, plural, one {# propriété} other {# propriétés}}',
  'must have at most {limit, plural, one {# property} other {# properties}}': 'doit avoir au plus {limit, plural, one {# propriété} other {# propriétés}}',
  'must be at least {limit, number}': 'doit être au moins {limit, number}',
  'must be at most {limit, number}': 'doit être au plus {limit, number}',
  'must be more than {limit, number}': 'doit être supérieur à {limit, number}',
  'must be less than {limit, number}': 'doit être inférieur à {limit, number}',
  'must have the format "{format}"': 'doit être au format « {format} »',
  'must match the pattern {pattern}': 'doit correspondre au motif {pattern}'
} as const
