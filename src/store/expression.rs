//! Expressions that engines write differently, behind functions named by intent. `filter` builds its SQL from them.
