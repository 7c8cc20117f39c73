#include "data/text/analyzer.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <libstemmer.h>
#include <unicode/brkiter.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include "data/text/stop_words.h"
#include "data/text/utf8_text.h"

namespace temblor {
namespace {

// Words recur, and stemming one costs more than finding it again.
constexpr size_t kRememberedWords = 1 << 13;

constexpr char16_t kCapitalDottedI = 0x0130;
constexpr char16_t kDotlessI = 0x0131;
constexpr char16_t kFractionSlash = 0x2044;  // what NFKC makes of the bar in one half

struct StemmerDeleter {
    void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

std::vector<std::string> stemmer_names() {
    std::vector<std::string> names;
    for (const char** name = sb_stemmer_list(); *name != nullptr; ++name) names.emplace_back(*name);
    std::sort(names.begin(), names.end());
    return names;
}

// What NFKC_Casefold does not do: one kind of apostrophe, and the Turkish letters.
void unify_letters(icu::UnicodeString& text, bool turkish) {
    for (int32_t i = 0; i < text.length(); ++i) {
        switch (text.charAt(i)) {
            case 0x2018:
            case 0x2019:
            case 0x201B:
            case 0x02BC:
                text.setCharAt(i, u'\'');
                break;
            case kCapitalDottedI:
                text.setCharAt(i, u'i');
                break;
            case u'I':
                if (turkish) text.setCharAt(i, kDotlessI);
                break;
            default:
                break;
        }
    }
}

bool holds_emoji(const icu::UnicodeString& text, int32_t begin, int32_t end) {
    for (int32_t i = begin; i < end; i = text.moveIndex32(i, 1)) {
        const UChar32 c = text.char32At(i);
        // Digits, '#', (c) and the like are emoji only by a variation selector.
        if (c >= 0x2100 && u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC)) return true;
        if (u_hasBinaryProperty(c, UCHAR_REGIONAL_INDICATOR)) return true;
    }
    return false;
}

}  // namespace

/// What one call needs and no two calls may share.
struct Analyzer::Tools {
    std::unique_ptr<icu::BreakIterator> words;
    std::unique_ptr<sb_stemmer, StemmerDeleter> stemmer;
    std::string word;  ///< the one at hand

    struct Memory {
        std::string word;
        std::string term;  ///< empty: the word is left out
    };
    std::vector<Memory> memories{kRememberedWords};
};

/// Tools that wait for the next call.
struct Analyzer::Pool {
    const icu::Normalizer2* normalizer = nullptr;
    std::unique_ptr<icu::BreakIterator> prototype;
    std::mutex mutex;
    std::vector<std::unique_ptr<Tools>> idle;
};

/// Tools for the length of a call.
class Analyzer::Lease {
public:
    Lease(Pool& pool, const AnalyzerOptions& options) : pool_(pool) {
        {
            const std::lock_guard lock(pool_.mutex);
            if (!pool_.idle.empty()) {
                tools_ = std::move(pool_.idle.back());
                pool_.idle.pop_back();
                return;
            }
            tools_ = std::make_unique<Tools>();
            tools_->words.reset(pool_.prototype->clone());
        }
        if (options.language != "none") {
            tools_->stemmer.reset(sb_stemmer_new(options.language.c_str(), nullptr));
        }
    }
    ~Lease() {
        const std::lock_guard lock(pool_.mutex);
        pool_.idle.push_back(std::move(tools_));
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    Tools& operator*() const { return *tools_; }

private:
    Pool& pool_;
    std::unique_ptr<Tools> tools_;
};

Analyzer::Analyzer(AnalyzerOptions options)
    : options_(std::move(options)), pool_(std::make_unique<Pool>()) {}

Analyzer::~Analyzer() = default;

Result<std::unique_ptr<Analyzer>> Analyzer::create(const AnalyzerOptions& options) {
    if (options.language != "none") {
        const std::unique_ptr<sb_stemmer, StemmerDeleter> probe(
            sb_stemmer_new(options.language.c_str(), nullptr));
        if (probe == nullptr) {
            return Status::invalid_argument(fmt::format(
                "language \"{}\": no stemmer of that name; expected \"none\" or one of {}",
                options.language, fmt::join(stemmer_names(), ", ")));
        }
    }
    std::unique_ptr<Analyzer> analyzer(new Analyzer(options));
    UErrorCode code = U_ZERO_ERROR;
    analyzer->pool_->normalizer = icu::Normalizer2::getNFKCCasefoldInstance(code);
    TEMBLOR_RETURN_IF_ERROR(icu_status(code, "Unicode normalisation"));
    analyzer->pool_->prototype.reset(
        icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), code));
    TEMBLOR_RETURN_IF_ERROR(icu_status(code, "word breaking"));
    return analyzer;
}

Status Analyzer::make_term(Tools& tools, std::string& term) const {
    term.clear();
    if (options_.stop_words && is_stop_word(options_.language, tools.word)) return {};
    if (tools.stemmer == nullptr) {
        term = tools.word;
        return {};
    }
    const sb_symbol* stem =
        sb_stemmer_stem(tools.stemmer.get(), reinterpret_cast<const sb_symbol*>(tools.word.data()),
                        static_cast<int>(tools.word.size()));
    if (stem == nullptr) return Status::resource_exhausted("no memory for stemming");
    term.assign(reinterpret_cast<const char*>(stem),
                static_cast<size_t>(sb_stemmer_length(tools.stemmer.get())));
    return {};
}

Status Analyzer::analyze(std::string_view text,
                         const std::function<void(std::string_view)>& sink) const {
    TEMBLOR_ASSIGN_OR_RETURN(icu::UnicodeString raw, decode_utf8(text));
    unify_letters(raw, options_.language == "turkish");
    UErrorCode code = U_ZERO_ERROR;
    icu::UnicodeString folded = pool_->normalizer->normalize(raw, code);
    TEMBLOR_RETURN_IF_ERROR(icu_status(code, "Unicode normalisation"));
    folded.findAndReplace(icu::UnicodeString(kFractionSlash), icu::UnicodeString(u'/'));

    const Lease lease(*pool_, options_);
    Tools& tools = *lease;
    if (tools.words == nullptr || (options_.language != "none" && tools.stemmer == nullptr)) {
        return Status::resource_exhausted("no memory for word breaking and stemming");
    }
    tools.words->setText(folded);
    int32_t begin = tools.words->first();
    for (int32_t end = tools.words->next(); end != icu::BreakIterator::DONE;
         begin = end, end = tools.words->next()) {
        if (tools.words->getRuleStatus() < UBRK_WORD_NONE_LIMIT &&
            !holds_emoji(folded, begin, end)) {
            continue;
        }
        tools.word.clear();
        folded.tempSubStringBetween(begin, end).toUTF8String(tools.word);
        if (tools.word.size() > kMaxTermBytes) continue;
        Tools::Memory& memory =
            tools.memories[std::hash<std::string>()(tools.word) % kRememberedWords];
        if (memory.word != tools.word) {
            memory.word.clear();
            TEMBLOR_RETURN_IF_ERROR(make_term(tools, memory.term));
            memory.word = tools.word;
        }
        if (!memory.term.empty()) sink(memory.term);
    }
    return {};
}

Result<std::vector<std::string>> Analyzer::terms(std::string_view text) const {
    std::vector<std::string> terms;
    TEMBLOR_RETURN_IF_ERROR(
        analyze(text, [&terms](std::string_view term) { terms.emplace_back(term); }));
    return terms;
}

}  // namespace temblor
