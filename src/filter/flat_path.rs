//! Names over rows that are no records: their columns, and paths in their JSON. There colons are part of a key.

use super::field_path::plain_column;
use super::lexer::shortened;
use super::operand::{Expression, Operand};
use super::resolve::{Resolver, View};
use crate::schema::FieldKind;
use crate::store::expression;

impl Resolver<'_> {
    /// A column of the tested row, or a place in it.
    pub(super) fn flat_path(&self, text: &str, view: &View) -> Result<Operand, String> {
        let unknown = || format!("unknown field {:?}", shortened(text));
        let (name, path) = text.split_once('.').map_or((text, None), |(name, path)| (name, Some(path)));
        let field = view.collection.field(name).ok_or_else(unknown)?;
        let Some(path) = path else { return Ok(Operand::Expression(plain_column(view.base, field))) };
        if !matches!(field.kind, FieldKind::Json(_)) || path.split('.').any(str::is_empty) {
            return Err(unknown());
        }
        let path = expression::json_path(path.split('.'));
        Ok(Operand::Expression(Expression::Json(view.base, field.name.clone(), Some(path))))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use crate::context::RequestContext;
    use crate::filter::{Asker, Input, Request, compile_flat};
    use crate::schema::field::json::JsonOptions;
    use crate::schema::field::text::TextOptions;
    use crate::schema::{Collection, Field, FieldKind, Schema};

    /// The condition and its values, or what is wrong with it.
    fn condition(filter: Option<&str>, sort: Option<&str>) -> Result<String, String> {
        let text = Field::new("text1", "message", FieldKind::Text(TextOptions::default()));
        let json = Field::new("json1", "data", FieldKind::Json(JsonOptions::default()));
        let collection =
            Collection { id: "l".into(), name: "_logs".into(), fields: vec![text, json], ..Default::default() };
        let schema = Schema::new(1, vec![collection]);
        let collection = schema.by_id("l").expect("the collection");
        let (context, body) = (RequestContext::guest(), Map::new());
        let input = Input { context: &context, body: &body };
        let request = Request {
            schema: &schema,
            collection,
            rule: None,
            filter,
            sort,
            asker: Asker::Superuser,
            candidate: false,
            whole: true,
            input,
        };
        let compiled = compile_flat(&request).map_err(|error| error.to_string())?;
        let bound = compiled.bind(&input).expect("the same shape");
        assert_eq!(compiled.joins, "");
        Ok(format!("{} {:?} {}", compiled.condition, bound.condition, compiled.order))
    }

    #[test]
    fn columns_and_places_in_json_are_all_there_is() {
        for filter in ["message = 'a'", "data.a.0.b_c > 1", "data ~ 'x' || data.a:b:c ?= null", "message < @now"] {
            condition(Some(filter), None).unwrap_or_else(|error| panic!("{filter}: {error}"));
        }
        assert!(condition(Some("data.a:b = 1"), None).expect("good").contains(r#"$.\"a:b\""#));
        for filter in [
            "other = 1",
            "message.a = 1",
            "message:lower = 'a'",
            "data.. = 1",
            "data.a..b = 1",
            "@request.auth.id = ''",
            "@collection._logs.message = ''",
            "_logs_via_data.id = ''",
            "@rowid = 1",
            "message =",
        ] {
            assert!(condition(Some(filter), None).is_err(), "{filter}");
        }
        // What stands in quotes is a text.
        assert!(condition(Some("message ~ '@request.auth'"), None).is_ok());
    }

    #[test]
    fn sorts_know_the_same_names_and_two_more() {
        for sort in ["message", "-data.a.b,+data", "@random", "-@rowid,message"] {
            condition(None, Some(sort)).unwrap_or_else(|error| panic!("{sort}: {error}"));
        }
        for sort in ["other", "message:lower", "@now", "message desc", "@request.auth.id", ","] {
            assert!(condition(None, Some(sort)).is_err(), "{sort}");
        }
    }
}
