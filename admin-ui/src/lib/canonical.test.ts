import { expect, test } from 'vitest'
import { canonical } from './canonical'

test('what is shown alike is equal', () => {
  const alike = [
    ['<P CLASS=a id="b">x</P>', "<p id='b' class='a'>x</p>"],
    ['<p>a</p>\n\n  <p>b</p>\n', '<p>a</p><p>b</p>'],
    ['<p>a &amp; b&nbsp;&#8212; &copy;</p>', '<p>a &amp; b\u00a0— ©</p>'],
    ['<p>one\n  two</p>', '<p>one two</p>'],
    ['<p>a<br />\n b</p>', '<p>a<br>b</p>'],
    ['<p></p>', '<p><br></p>'],
    ['<p>1 &gt; 0</p>', '<p>1 > 0</p>'],
    ['<a href="/?a=1&amp;b=2">x</a>', '<a href="/?a=1&b=2">x</a>'],
  ] as const
  for (const [one, other] of alike) expect(canonical(one)).toBe(canonical(other))
})

test('what an author wrote is not lost', () => {
  const different = [
    ['<p style="color: red">x</p>', '<p>x</p>'],
    ['<p>x</p><!-- note -->', '<p>x</p>'],
    ['<p>x</p><script>1</script>', '<p>x</p>'],
    ['<p>a <b>b</b></p>', '<p>a<b>b</b></p>'],
    ['<pre>a\n  b</pre>', '<pre>a b</pre>'],
    ['x', '<p>x</p>'],
    ['<p>a</p>', '<div>a</div>'],
    ['<p>&lt;b&gt;</p>', '<p><b></p>'],
    ['<p>a<br><br>b</p>', '<p>a<br>b</p>'],
  ] as const
  for (const [one, other] of different) expect(canonical(one)).not.toBe(canonical(other))
})
