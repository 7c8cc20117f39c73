#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "data/check.h"
#include "data/formats/dense_format.h"
#include "data/formats/dense_reader.h"
#include "data/io/byte_source.h"

namespace {

using namespace temblor;

void check_values(const DenseDataset& dataset) {
    TEMBLOR_CHECK(dataset.dim() >= 1 && dataset.dim() <= kMaxDenseDim);
    TEMBLOR_CHECK(dataset.values().size() == dataset.rows() * dataset.dim());
    for (const float value : dataset.values()) TEMBLOR_CHECK(std::isfinite(value));
}

// Plain bytes as a mapped file and as a stream: both readers must agree.
void check_format(std::span<const std::byte> bytes, DenseFormat format) {
    ReadingProgress viewing(no_progress(), "input", bytes.size());
    const auto view = view_dense(nullptr, bytes, format, viewing);
    const auto reader = make_plain_reader("input", open_memory_source(bytes));
    ReadingProgress reading(no_progress(), "input", bytes.size());
    const auto streamed = read_dense_from(*reader, format, reading);
    TEMBLOR_CHECK(view.is_ok() == streamed.is_ok());
    TEMBLOR_CHECK(view.status().code() == streamed.status().code());
    if (!view.is_ok()) return;
    check_values(*view);
    TEMBLOR_CHECK(std::ranges::equal(view->values(), streamed->values()));
}

}  // namespace

// Any bytes in every dense format, and the detection over them; decompressed when they say so.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::vector<float> aligned(size / sizeof(float) + 1);
    if (size != 0) std::memcpy(aligned.data(), data, size);
    const auto bytes = std::as_bytes(std::span(aligned)).first(size);
    const auto head = bytes.first(std::min<size_t>(size, 64));
    (void)is_dense_file(head, size, "input");
    const auto told = detect_dense_format(head, size, "input");
    for (const DenseFormat format : {DenseFormat::kNpy, DenseFormat::kFvecs, DenseFormat::kFbin}) {
        check_format(bytes, format);
    }
    const auto reader = open_memory_reader("input", bytes);
    if (!reader.is_ok() || !told.is_ok()) return 0;
    ReadingProgress progress(no_progress(), "input", size);
    const auto decoded = read_dense_from(**reader, *told, progress);
    if (decoded.is_ok()) check_values(*decoded);
    return 0;
}
