#include "data/formats/dense_format.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <sys/stat.h>

#include "data/dense_dataset.h"
#include "data/formats/bigann_csr.h"
#include "data/formats/npy_header.h"
#include "data/io/byte_source.h"
#include "data/io/peekable_reader.h"

namespace temblor {
namespace {

constexpr size_t kFormatWord = sizeof(uint32_t);

uint32_t load_word(std::span<const std::byte> head, size_t at) {
    uint32_t word = 0;
    if (at <= head.size() && head.size() - at >= kFormatWord) {
        std::memcpy(&word, head.data() + at, kFormatWord);
    }
    return word;
}

bool is_dim(uint32_t word) { return word >= 1 && word <= kMaxDenseDim; }

// As a float it would be a denormal, which no embedding begins with.
bool is_small_integer(uint32_t word) { return word >= 1 && word < (uint32_t{1} << 23); }

bool is_whole_fvecs(std::span<const std::byte> head, uint64_t file_size) {
    const uint32_t dim = load_word(head, 0);
    if (head.size() < 2 * kFormatWord || !is_dim(dim)) return false;
    const uint64_t record = kFormatWord + uint64_t{dim} * sizeof(float);
    if (file_size == 0 || file_size % record != 0) return false;
    return record + kFormatWord > head.size() || load_word(head, record) == dim;
}

std::optional<DenseFormat> format_of_name(std::string_view path) {
    for (const std::string_view packed : {".gz", ".zst", ".zstd"}) {
        if (path.ends_with(packed)) path.remove_suffix(packed.size());
    }
    for (const DenseFormat format : {DenseFormat::kNpy, DenseFormat::kFvecs, DenseFormat::kFbin}) {
        const std::string_view name = dense_format_name(format);
        if (path.size() > name.size() && path.ends_with(name) &&
            path[path.size() - name.size() - 1] == '.') {
            return format;
        }
    }
    return std::nullopt;
}

bool is_printed_text(std::span<const std::byte> head) {
    return std::all_of(head.begin(), head.end(), [](std::byte byte) {
        const auto c = static_cast<unsigned char>(byte);
        return c >= 0x20 || c == '\t' || c == '\n' || c == '\r';
    });
}

}  // namespace

std::string_view dense_format_name(DenseFormat format) {
    switch (format) {
        case DenseFormat::kNpy:
            return "npy";
        case DenseFormat::kFvecs:
            return "fvecs";
        case DenseFormat::kFbin:
            return "fbin";
    }
    return "unknown";
}

Result<DenseFormat> parse_dense_format(std::string_view name) {
    for (const DenseFormat format : {DenseFormat::kNpy, DenseFormat::kFvecs, DenseFormat::kFbin}) {
        if (name == dense_format_name(format)) return format;
    }
    return Status::invalid_argument("format \"" + std::string(name) +
                                    "\" (expected npy, fvecs or fbin)");
}

bool is_whole_fbin(std::span<const std::byte> head, uint64_t file_size) {
    if (head.size() < 2 * kFormatWord || !is_dim(load_word(head, kFormatWord))) return false;
    const uint64_t values = uint64_t{load_word(head, 0)} * load_word(head, kFormatWord);
    return file_size == 2 * kFormatWord + values * sizeof(float);
}

Result<DenseFormat> detect_dense_format(std::span<const std::byte> head, uint64_t plain_size,
                                        const std::string& path) {
    if (head.empty()) return Status::invalid_argument(path + ": empty file");
    if (starts_as_npy(head)) return DenseFormat::kNpy;
    const uint32_t second = load_word(head, kFormatWord);
    const bool fbin = is_whole_fbin(head, plain_size);
    const bool fvecs = is_whole_fvecs(head, plain_size);
    if (fbin || fvecs) {
        const bool both = fbin && fvecs;
        return (both ? is_small_integer(second) : fbin) ? DenseFormat::kFbin : DenseFormat::kFvecs;
    }
    if (const std::optional<DenseFormat> named = format_of_name(path)) return *named;
    if (plain_size == 0 && head.size() >= 2 * kFormatWord) {
        if (is_dim(second)) return DenseFormat::kFbin;
        if (is_dim(load_word(head, 0))) return DenseFormat::kFvecs;
    }
    return Status::invalid_argument(
        path +
        ": no dense format recognised (expected .npy, .fvecs or .fbin); name one with"
        " --format");
}

bool is_dense_file(std::span<const std::byte> head, uint64_t plain_size, const std::string& path) {
    if (starts_as_npy(head)) return true;
    if (head.empty() || (plain_size != 0 && is_whole_bigann_csr(head, plain_size))) return false;
    if (is_printed_text(head)) return false;
    if (format_of_name(path)) return true;
    // Where a value stands, Seismic's format has the first row's nnz or its first component.
    if (is_whole_fbin(head, plain_size)) return !is_small_integer(load_word(head, 2 * kFormatWord));
    const uint32_t first = load_word(head, kFormatWord);
    const bool empty_row =
        first == 0 && plain_size == (uint64_t{load_word(head, 0)} + 1) * kFormatWord;
    return is_whole_fvecs(head, plain_size) && !is_small_integer(first) && !empty_row;
}

Result<bool> is_dense_file(const std::string& path) {
    struct stat info {};
    if (path == "-" || (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode))) return false;
    TEMBLOR_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> source, open_file_source(path));
    TEMBLOR_ASSIGN_OR_RETURN(const std::span<const std::byte> raw, source->peek());
    const uint64_t size = source->size();
    if (is_whole_fbin(raw, size))
        return is_dense_file(raw.first(std::min<size_t>(raw.size(), PeekableReader::kMostPeeked)),
                             size, path);
    const bool compressed = starts_as_gzip(raw) || starts_as_zstd(raw);
    TEMBLOR_ASSIGN_OR_RETURN(std::unique_ptr<ByteReader> decoded, decode(path, std::move(source)));
    PeekableReader reader(std::move(decoded));
    TEMBLOR_ASSIGN_OR_RETURN(const std::span<const std::byte> head, reader.peek());
    return is_dense_file(head, compressed ? 0 : size, path);
}

}  // namespace temblor
