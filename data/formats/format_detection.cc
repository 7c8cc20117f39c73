#include "data/formats/format_detection.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "data/formats/bigann_csr.h"

namespace temblor {
namespace {

constexpr size_t kCsrHead = 32;  // rows, cols, nnz and the first offset

uint64_t load(std::span<const std::byte> bytes, size_t at, size_t width) {
    uint64_t value = 0;
    if (at + width <= bytes.size()) std::memcpy(&value, bytes.data() + at, width);
    return value;
}

bool looks_like_json(std::span<const std::byte> head) {
    std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
    if (text.find('\0') != std::string_view::npos) return false;
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    const size_t first = text.find_first_not_of(" \t\r\n");
    return first == std::string_view::npos ? !text.empty()
                                           : text[first] == '{' || text[first] == '[';
}

bool looks_like_text(std::span<const std::byte> head) {
    return std::all_of(head.begin(), head.end(), [](std::byte byte) {
        const auto c = static_cast<unsigned char>(byte);
        return c >= 0x20 || c == '\t' || c == '\n' || c == '\r';
    });
}

}  // namespace

std::string_view input_format_name(InputFormat format) {
    switch (format) {
        case InputFormat::kBigAnnCsr:
            return "csr";
        case InputFormat::kSeismicBinary:
            return "seismic";
        case InputFormat::kJsonl:
            return "jsonl";
    }
    return "unknown";
}

Result<InputFormat> parse_input_format(std::string_view name) {
    for (const InputFormat format :
         {InputFormat::kBigAnnCsr, InputFormat::kSeismicBinary, InputFormat::kJsonl}) {
        if (name == input_format_name(format)) return format;
    }
    return Status::invalid_argument("format \"" + std::string(name) +
                                    "\" (expected csr, seismic or jsonl)");
}

Result<InputFormat> detect_format(std::span<const std::byte> head, uint64_t plain_size,
                                  const std::string& path) {
    if (head.empty()) return Status::invalid_argument(path + ": empty file");
    if (plain_size != 0 && is_whole_bigann_csr(head, plain_size)) return InputFormat::kBigAnnCsr;
    if (looks_like_json(head)) return InputFormat::kJsonl;
    if (looks_like_text(head)) {
        return Status::invalid_argument(
            path +
            ": neither JSONL (a line begins with '{') nor a binary format; name one with --format");
    }
    const uint64_t upper_rows = load(head, 4, 4);
    const uint64_t cols = load(head, 8, 8);
    const uint64_t nnz = load(head, 16, 8);
    const uint64_t first_offset = load(head, 24, 8);
    constexpr uint64_t kMostCols = uint64_t{1} << 32;
    constexpr uint64_t kMostEntries = uint64_t{1} << 48;
    const bool csr = head.size() >= kCsrHead ? upper_rows == 0 && cols <= kMostCols &&
                                                   nnz < kMostEntries && first_offset == 0
                                             : head.size() >= 8 && upper_rows == 0;
    if (csr) return InputFormat::kBigAnnCsr;
    // Every row of Seismic's format takes four bytes at least.
    const uint64_t rows = load(head, 0, 4);
    if (plain_size == 0 || (rows + 1) * sizeof(uint32_t) <= plain_size) {
        return InputFormat::kSeismicBinary;
    }
    // A damaged CSR header is told as such by that format's reader.
    return upper_rows == 0 || first_offset == 0
               ? Result<InputFormat>(InputFormat::kBigAnnCsr)
               : Status::invalid_argument(path + ": format not recognised; name one with --format");
}

}  // namespace temblor
