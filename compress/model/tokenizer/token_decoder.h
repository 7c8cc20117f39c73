#pragma once

#include <memory>
#include <string>
#include <vector>

#include <unicode/umachine.h>

#include "compress/model/tokenizer/pre_tokenizer.h"
#include "compress/model/tokenizer/text_pattern.h"
#include "data/status.h"

namespace temblor {

/// A step from tokens as the vocabulary spells them to text, which is all of them joined after the
/// last step. Immutable and thread-safe.
class TokenDecoder {
public:
    virtual ~TokenDecoder() = default;
    virtual Status apply(std::vector<std::string>& tokens) const = 0;
};

/// Blanks between words; `prefix` marks those that continue one. `cleanup` undoes what blanks
/// around punctuation English does not have.
std::unique_ptr<TokenDecoder> make_wordpiece_decoder(std::string prefix, bool cleanup);
/// byte_alphabet.h back to bytes; ill-formed UTF-8 becomes U+FFFD.
std::unique_ptr<TokenDecoder> make_byte_level_decoder();
/// "<0xE2>" back to bytes; U+FFFD for each of a run that is not UTF-8.
std::unique_ptr<TokenDecoder> make_byte_fallback_decoder();
std::unique_ptr<TokenDecoder> make_metaspace_decoder(std::string replacement, PrependScheme scheme);
std::unique_ptr<TokenDecoder> make_replace_decoder(std::unique_ptr<TextPattern> pattern,
                                                   std::string content);
std::unique_ptr<TokenDecoder> make_fuse_decoder();
/// Up to `start` times `content` off the begin of each token, up to `stop` times off its end.
std::unique_ptr<TokenDecoder> make_strip_decoder(UChar32 content, uint64_t start, uint64_t stop);
std::unique_ptr<TokenDecoder> make_decoder_sequence(
    std::vector<std::unique_ptr<TokenDecoder>> steps);

}  // namespace temblor
