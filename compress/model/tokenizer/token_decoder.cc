#include "compress/model/tokenizer/token_decoder.h"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <simdjson.h>

#include "compress/model/tokenizer/byte_alphabet.h"

namespace temblor {
namespace {

constexpr std::string_view kReplacementBytes = "\xEF\xBF\xBD";

// A step by a function of each token and its place.
template <typename Rewrite>
class EachTokenDecoder final : public TokenDecoder {
public:
    explicit EachTokenDecoder(Rewrite rewrite) : rewrite_(std::move(rewrite)) {}
    Status apply(std::vector<std::string>& tokens) const override {
        for (size_t i = 0; i < tokens.size(); ++i) {
            TEMBLOR_RETURN_IF_ERROR(rewrite_(i, tokens[i]));
        }
        return {};
    }

private:
    Rewrite rewrite_;
};

template <typename Rewrite>
std::unique_ptr<TokenDecoder> make_each_token_decoder(Rewrite rewrite) {
    return std::make_unique<EachTokenDecoder<Rewrite>>(std::move(rewrite));
}

void replace_each(std::string& text, std::string_view old_part, std::string_view new_part) {
    for (size_t at = text.find(old_part); at != std::string::npos;
         at = text.find(old_part, at + new_part.size())) {
        text.replace(at, old_part.size(), new_part);
    }
}

void clean_up_english(std::string& text) {
    struct Rule {
        std::string_view from;
        std::string_view to;
    };
    static constexpr std::array<Rule, 11> kRules = {{{" .", "."},
                                                     {" ?", "?"},
                                                     {" !", "!"},
                                                     {" ,", ","},
                                                     {" ' ", "'"},
                                                     {" n't", "n't"},
                                                     {" 'm", "'m"},
                                                     {" do not", " don't"},
                                                     {" 's", "'s"},
                                                     {" 've", "'ve"},
                                                     {" 're", "'re"}}};
    for (const Rule& rule : kRules) replace_each(text, rule.from, rule.to);
}

class ByteLevelDecoder final : public TokenDecoder {
public:
    Status apply(std::vector<std::string>& tokens) const override {
        std::string bytes;
        for (const std::string& token : tokens) {
            const auto spelled = bytes_of_token(token);
            bytes += spelled ? *spelled : token;
        }
        tokens.resize(1);
        tokens[0] = AlignedText::from_bytes(bytes, 0).text();
        return {};
    }
};

class ByteFallbackDecoder final : public TokenDecoder {
public:
    Status apply(std::vector<std::string>& tokens) const override {
        std::vector<std::string> out;
        std::string bytes;
        const auto flush = [&] {
            if (bytes.empty()) return;
            if (simdjson::validate_utf8(bytes)) {
                out.push_back(bytes);
            } else {
                out.insert(out.end(), bytes.size(), std::string(kReplacementBytes));
            }
            bytes.clear();
        };
        for (std::string& token : tokens) {
            if (const auto byte = byte_of(token)) {
                bytes.push_back(static_cast<char>(*byte));
            } else {
                flush();
                out.push_back(std::move(token));
            }
        }
        flush();
        tokens = std::move(out);
        return {};
    }

private:
    static std::optional<uint8_t> byte_of(std::string_view token) {
        if (token.size() != 6 || !token.starts_with("<0x") || !token.ends_with('>')) {
            return std::nullopt;
        }
        uint8_t byte = 0;
        const char* end = token.data() + 5;
        const auto read = std::from_chars(token.data() + 3, end, byte, 16);
        if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
        return byte;
    }
};

class FuseDecoder final : public TokenDecoder {
public:
    Status apply(std::vector<std::string>& tokens) const override {
        std::string all;
        for (const std::string& token : tokens) all += token;
        tokens.resize(1);
        tokens[0] = std::move(all);
        return {};
    }
};

class DecoderSequence final : public TokenDecoder {
public:
    explicit DecoderSequence(std::vector<std::unique_ptr<TokenDecoder>> steps)
        : steps_(std::move(steps)) {}
    Status apply(std::vector<std::string>& tokens) const override {
        for (const auto& step : steps_) TEMBLOR_RETURN_IF_ERROR(step->apply(tokens));
        return {};
    }

private:
    std::vector<std::unique_ptr<TokenDecoder>> steps_;
};

}  // namespace

std::unique_ptr<TokenDecoder> make_wordpiece_decoder(std::string prefix, bool cleanup) {
    return make_each_token_decoder(
        [prefix = std::move(prefix), cleanup](size_t i, std::string& token) -> Status {
            if (i > 0) {
                if (token.starts_with(prefix)) {
                    token.erase(0, prefix.size());
                } else {
                    token.insert(token.begin(), ' ');
                }
            }
            if (cleanup) clean_up_english(token);
            return {};
        });
}

std::unique_ptr<TokenDecoder> make_byte_level_decoder() {
    return std::make_unique<ByteLevelDecoder>();
}

std::unique_ptr<TokenDecoder> make_byte_fallback_decoder() {
    return std::make_unique<ByteFallbackDecoder>();
}

std::unique_ptr<TokenDecoder> make_metaspace_decoder(std::string replacement,
                                                     PrependScheme scheme) {
    return make_each_token_decoder(
        [replacement = std::move(replacement), scheme](size_t i, std::string& token) -> Status {
            const bool drop = i == 0 && scheme != PrependScheme::kNever;
            replace_each(token, replacement, drop ? "" : " ");
            return {};
        });
}

std::unique_ptr<TokenDecoder> make_replace_decoder(std::unique_ptr<TextPattern> pattern,
                                                   std::string content) {
    std::shared_ptr<const TextPattern> shared = std::move(pattern);
    return make_each_token_decoder(
        [shared, content = std::move(content)](size_t, std::string& token) -> Status {
            std::vector<TextRange> matches;
            TEMBLOR_RETURN_IF_ERROR(shared->find_all(token, matches));
            if (matches.empty()) return {};
            std::string out;
            size_t done = 0;
            for (const TextRange& match : matches) {
                out.append(token, done, match.begin - done);
                out += content;
                done = match.end;
            }
            out.append(token, done);
            token = std::move(out);
            return {};
        });
}

std::unique_ptr<TokenDecoder> make_fuse_decoder() { return std::make_unique<FuseDecoder>(); }

std::unique_ptr<TokenDecoder> make_strip_decoder(UChar32 content, uint64_t start, uint64_t stop) {
    std::string stripped;
    append_character(stripped, content);
    return make_each_token_decoder([stripped, start, stop](size_t, std::string& token) -> Status {
        for (uint64_t n = 0; n < start && token.starts_with(stripped); ++n) {
            token.erase(0, stripped.size());
        }
        for (uint64_t n = 0; n < stop && token.ends_with(stripped); ++n) {
            token.resize(token.size() - stripped.size());
        }
        return {};
    });
}

std::unique_ptr<TokenDecoder> make_decoder_sequence(
    std::vector<std::unique_ptr<TokenDecoder>> steps) {
    return std::make_unique<DecoderSequence>(std::move(steps));
}

}  // namespace temblor
