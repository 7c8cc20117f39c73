#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compress/model/tokenizer/aligned_text.h"
#include "data/status.h"

namespace temblor {

/// What a Split or Replace looks for: a string, or a regular expression in the syntax that
/// `tokenizers` uses (Oniguruma's, of which ICU's takes what tokenizers' files hold). Immutable
/// and thread-safe. Classes as \p{L} are those of ICU's Unicode.
class TextPattern {
public:
    static std::unique_ptr<TextPattern> of_string(std::string text);
    /// Errors: kInvalidArgument with ICU's reason and the place in the expression.
    static Result<std::unique_ptr<TextPattern>> of_regex(std::string_view expression);

    virtual ~TextPattern() = default;
    /// Appends the matches in `text` (well-formed), leftmost first, disjoint. Positions count from
    /// the begin of `text`; what stands before and behind it is not seen. Errors:
    /// kResourceExhausted for an expression that backtracks without end.
    virtual Status find_all(std::string_view text, std::vector<TextRange>& matches) const = 0;
};

}  // namespace temblor
