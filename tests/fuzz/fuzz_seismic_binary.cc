#include <cstdint>
#include <span>

#include "data/check.h"
#include "data/formats/seismic_binary.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace temblor;
    const auto reader = open_memory_reader("input", std::as_bytes(std::span(data, size)));
    if (!reader.is_ok()) return 0;
    ReadingProgress progress(no_progress(), "input", size);
    const auto dataset = read_seismic_binary(**reader, ValueRule::kNonNegative, progress);
    if (dataset.is_ok()) TEMBLOR_CHECK(dataset->validate(ValueRule::kNonNegative).is_ok());
    return 0;
}
