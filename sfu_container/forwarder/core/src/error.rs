//! How errors are declared: an enum whose variants each carry a stable code, under which the engine counts drops.

/// Declares an error enum with a `code()` for each variant, `Display` (the code) and `std::error::Error`.
macro_rules! coded_error {
    (
        $(#[$documentation:meta])*
        pub enum $name:ident { $( $(#[$variant_documentation:meta])* $variant:ident => $code:literal, )+ }
    ) => {
        $(#[$documentation])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $( $(#[$variant_documentation])* $variant, )+ }

        impl $name {
            /// The stable code under which this is counted and logged.
            pub const fn code(self) -> &'static str {
                match self { $( Self::$variant => $code, )+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.code())
            }
        }

        impl std::error::Error for $name {}
    };
}
