#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/status.h"

namespace temblor {

/// How words of text become index terms.
struct AnalyzerOptions {
    std::string language = "english";  ///< a Snowball algorithm ("german"), or "none"
    bool stop_words = true;            ///< leave out the words of data/text/stop_words.h
};

/// Cuts text into terms: NFKC and case folding (Unicode's NFKC_Casefold, which also drops soft
/// hyphens and joiners), words by UAX #29 with ICU's dictionaries for scripts without blanks, then
/// stop words, then the Snowball stem. Words are runs that hold a letter, a digit or an ideograph;
/// an emoji is a word too; all else is left out, and so are words of more than kMaxTermBytes.
/// Typographic apostrophes count as "'". The Turkish dotted capital I folds to "i" in every
/// language, and in "turkish" I folds to the dotless i. Accents stay.
/// Immutable; analyze() may be called from any number of threads.
class Analyzer {
public:
    static constexpr size_t kMaxTermBytes = 256;

    /// Errors: kInvalidArgument for a language that Snowball does not know, naming those it knows.
    static Result<std::unique_ptr<Analyzer>> create(const AnalyzerOptions& options);
    ~Analyzer();

    /// Calls `sink` with each term in order; the view holds during the call. Ill-formed UTF-8
    /// counts as U+FFFD, which separates words. Errors: kResourceExhausted (see decode_utf8).
    Status analyze(std::string_view text, const std::function<void(std::string_view)>& sink) const;

    /// The terms as a list.
    [[nodiscard]] Result<std::vector<std::string>> terms(std::string_view text) const;

private:
    struct Tools;
    class Lease;
    struct Pool;

    Status make_term(Tools& tools, std::string& term) const;

    explicit Analyzer(AnalyzerOptions options);

    AnalyzerOptions options_;
    std::unique_ptr<Pool> pool_;
};

}  // namespace temblor
