#include "compress/model/tokenizer/text_pattern.h"

#include <algorithm>

#include <fmt/format.h>
#include <unicode/regex.h>
#include <unicode/unistr.h>

#include "data/text/utf8_text.h"

namespace temblor {
namespace {

// ICU counts about 10,000 steps of matching as one unit of its time limit.
constexpr int32_t kMostMatchSteps = 20000;
constexpr int32_t kMostMatchStack = 1 << 26;

class StringPattern final : public TextPattern {
public:
    explicit StringPattern(std::string text) : text_(std::move(text)) {}

    Status find_all(std::string_view text, std::vector<TextRange>& matches) const override {
        if (text_.empty()) return {};
        for (size_t at = text.find(text_); at != std::string_view::npos;
             at = text.find(text_, at + text_.size())) {
            matches.push_back(
                {static_cast<uint32_t>(at), static_cast<uint32_t>(at + text_.size())});
        }
        return {};
    }

private:
    std::string text_;
};

// Positions in UTF-16 become positions in UTF-8, in ascending order.
class PositionMapper {
public:
    explicit PositionMapper(std::string_view text) : text_(text) {}

    uint32_t map(int32_t units) {
        while (units_ < units) {
            const size_t length = character_bytes(text_[bytes_]);
            units_ += length == 4 ? 2 : 1;
            bytes_ += length;
        }
        return static_cast<uint32_t>(bytes_);
    }

private:
    std::string_view text_;
    size_t bytes_ = 0;
    int32_t units_ = 0;
};

class RegexPatternOfIcu final : public TextPattern {
public:
    explicit RegexPatternOfIcu(std::unique_ptr<icu::RegexPattern> pattern)
        : pattern_(std::move(pattern)) {}

    Status find_all(std::string_view text, std::vector<TextRange>& matches) const override {
        TEMBLOR_ASSIGN_OR_RETURN(const icu::UnicodeString units, decode_utf8(text));
        UErrorCode code = U_ZERO_ERROR;
        const std::unique_ptr<icu::RegexMatcher> matcher(pattern_->matcher(units, code));
        if (U_SUCCESS(code)) matcher->setTimeLimit(kMostMatchSteps, code);
        if (U_SUCCESS(code)) matcher->setStackLimit(kMostMatchStack, code);
        TEMBLOR_RETURN_IF_ERROR(icu_status(code, "regular expression"));
        PositionMapper mapper(text);
        while (matcher->find(code)) {
            const int32_t begin = matcher->start(code);
            const int32_t end = matcher->end(code);
            if (U_FAILURE(code) || begin == end) continue;
            const uint32_t first = mapper.map(begin);
            matches.push_back({first, mapper.map(end)});
        }
        if (code == U_REGEX_TIME_OUT || code == U_REGEX_STACK_OVERFLOW) {
            return Status::resource_exhausted(fmt::format(
                "regular expression: {} on a text of {} bytes", u_errorName(code), text.size()));
        }
        return icu_status(code, "regular expression");
    }

private:
    std::unique_ptr<icu::RegexPattern> pattern_;
};

}  // namespace

std::unique_ptr<TextPattern> TextPattern::of_string(std::string text) {
    return std::make_unique<StringPattern>(std::move(text));
}

Result<std::unique_ptr<TextPattern>> TextPattern::of_regex(std::string_view expression) {
    TEMBLOR_ASSIGN_OR_RETURN(const icu::UnicodeString units, decode_utf8(expression));
    UErrorCode code = U_ZERO_ERROR;
    UParseError where{};
    std::unique_ptr<icu::RegexPattern> pattern(icu::RegexPattern::compile(units, 0, where, code));
    if (U_FAILURE(code)) {
        return Status::invalid_argument(fmt::format("regular expression: {} at character {}",
                                                    u_errorName(code), std::max(where.offset, 0)));
    }
    return std::unique_ptr<TextPattern>(std::make_unique<RegexPatternOfIcu>(std::move(pattern)));
}

}  // namespace temblor
