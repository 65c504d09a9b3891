/** Of the passwords that are tried first, those that are long enough to be one here. In lower case. */
export const commonPasswords: ReadonlySet<string> = new Set(
  `1234567890 12345678910 123456789a 0123456789 0987654321 9876543210 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc qwertyuiop
  qwerty12345 qwerty123456 qwerty1234 asdfghjkl; asdfghjkl123 zaq12wsxcde3 password12 password123 password1234
  password12345 passw0rd123 p@ssw0rd123 p@ssword123 mypassword administrator admin12345 admin123456 changeme123
  letmein1234 welcome123 welcome1234 welcome12345 iloveyou123 iloveyou12 sunshine123 princess123 football123
  baseball123 superman123 dragon12345 monkey12345 abcdefghij abcdefghijk abc1234567 abc123456789 a123456789
  1234567890a 12345678901 123456789012 1234567890q qazwsxedcrfv qazwsxedc123 trustno1trustno1 whatever123 starwars123
  michael123 jennifer123 liverpool123 charlie123 computer123 internet123 secret1234 testtest123 test123456
  faketect123 faketect1234`.split(/\s+/)
)
