// A tokenizer.json of any bytes, and a text of any bytes for the ones that open. The input is the
// file, a line of four equal signs, and the text.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <simdjson.h>

#include "compress/model/tokenizer/pipeline_tokenizer.h"
#include "compress/model/tokenizer/stream_decoder.h"
#include "data/check.h"

namespace {

constexpr std::string_view kBetween = "\n====\n";

void try_text(const temblor::Tokenizer& tokenizer, std::string_view text) {
    temblor::EncodeOptions options;
    options.max_length = 500;
    const auto encoding = tokenizer.encode(text, options);
    if (!encoding.is_ok()) return;
    for (const auto& [begin, end] : encoding->offsets) {
        TEMBLOR_CHECK(begin <= end && end <= text.size());
    }
    const auto decoded = tokenizer.decode(encoding->ids, false);
    TEMBLOR_CHECK(!decoded.is_ok() || simdjson::validate_utf8(*decoded));
    temblor::StreamDecoder stream(tokenizer);
    for (const uint32_t id : encoding->ids) {
        if (!stream.push(id).is_ok()) return;
    }
    (void)stream.finish().is_ok();
    (void)tokenizer.encode_pair(text, text, options).is_ok();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const size_t end = input.find(kBetween);
    const std::string_view file = input.substr(0, end);
    auto parts = temblor::read_tokenizer_json(file);
    if (!parts.is_ok()) return 0;
    const temblor::PipelineTokenizer tokenizer(std::move(parts).value(), {});
    try_text(tokenizer, "The w\xC3\xB6rd  \xED\xA0\x80 e\xCC\x81 123 \xE4\xBD\xA0's\n");
    if (end != std::string_view::npos) try_text(tokenizer, input.substr(end + kBetween.size()));
    return 0;
}
