#include <cstdint>
#include <span>

#include <simdjson.h>

#include "data/check.h"
#include "data/formats/jsonl_reader.h"

namespace {

/// A payload must be JSON again whatever the line looked like.
void check_payloads(const temblor::Payloads& payloads) {
    simdjson::dom::parser parser;
    for (uint64_t row = 0; row < payloads.count(); ++row) {
        const auto json = payloads.json(row);
        TEMBLOR_CHECK(json.is_ok());
        simdjson::dom::object object;
        TEMBLOR_CHECK(parser.parse(json.value()).get(object) == simdjson::SUCCESS);
    }
}

}  // namespace

// Any bytes as documents, as documents with text, and as queries.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace temblor;
    const auto bytes = std::as_bytes(std::span(data, size));
    for (const bool text : {false, true}) {
        const auto reader = open_memory_reader("input", bytes);
        if (!reader.is_ok()) return 0;
        CollectionReaderOptions options;
        if (text) options.encoder = TextEncoderOptions{};
        ReadingProgress progress(no_progress(), "input", size);
        const auto collection = read_jsonl_collection(**reader, options, progress);
        if (!collection.is_ok()) continue;
        TEMBLOR_CHECK(collection->vectors.validate(ValueRule::kNonNegative).is_ok());
        TEMBLOR_CHECK(collection->ids.count() == collection->vectors.rows());
        TEMBLOR_CHECK(collection->vocabulary.validate().is_ok());
        check_payloads(collection->payloads);
    }
    const auto reader = open_memory_reader("input", bytes);
    ReadingProgress progress(no_progress(), "input", size);
    static const Vocabulary vocabulary = Vocabulary::from_tokens({"a", "b", "c"}).value();
    const auto queries = read_jsonl_queries(*reader.value(), vocabulary, nullptr, progress);
    if (queries.is_ok()) TEMBLOR_CHECK(queries->vectors.validate(ValueRule::kFinite).is_ok());
    return 0;
}
