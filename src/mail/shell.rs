//! The page around the body of a mail: XHTML with its styles inside, since mail programs load none.

/// The page with this body, which is HTML already.
pub(super) fn page(body: &str) -> String {
    format!("{HEAD}{body}{FOOT}")
}

const HEAD: &str = r##"<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1.0" />
<style type="text/css">
body, html {
  margin: 0;
  padding: 0;
  border: 0;
  color: #16161a;
  background: #ffffff;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif;
  font-size: 14px;
  line-height: 20px;
}
body { padding: 20px 30px; }
p { display: block; margin: 10px 0; }
strong { font-weight: bold; }
em, i { font-style: italic; }
small { font-size: 12px; line-height: 16px; }
hr { height: 1px; border: 0; width: 100%; background: #e1e3e8; }
a { color: inherit; }
.hidden { display: none !important; }
.btn {
  display: inline-block;
  padding: 0 24px;
  border: 0;
  border-radius: 5px;
  color: #ffffff !important;
  background: #16161a !important;
  font-weight: bold;
  line-height: 40px;
  text-align: center;
  text-decoration: none !important;
}
</style>
</head>
<body>
"##;

const FOOT: &str = "\n</body>\n</html>\n";
