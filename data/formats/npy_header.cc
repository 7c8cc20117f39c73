#include "data/formats/npy_header.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <vector>

#include "data/dense_dataset.h"

namespace temblor {
namespace {

constexpr std::string_view kNpyMagic("\x93NUMPY");
constexpr size_t kNpyAlignment = 64;
constexpr uint32_t kMostHeaderBytes = 65'536;
constexpr size_t kMostShownBytes = 60;

// The dictionary of a header, read from front to back.
class NpyDictionary {
public:
    NpyDictionary(std::string_view text, const std::string& path)
        : left_(text), text_(text), path_(path) {}

    Status read(NpyHeader& header) {
        bool has_descr = false;
        bool has_order = false;
        bool has_shape = false;
        if (!take('{')) return unreadable("a dictionary");
        while (!take('}')) {
            const std::optional<std::string_view> key = string();
            if (!key || !take(':')) return unreadable("a quoted key and ':'");
            Status status;
            if (*key == "descr" && !has_descr) {
                has_descr = true;
                status = read_descr(header);
            } else if (*key == "fortran_order" && !has_order) {
                has_order = true;
                status = read_order();
            } else if (*key == "shape" && !has_shape) {
                has_shape = true;
                status = read_shape(header);
            } else {
                return unreadable("descr, fortran_order and shape, each once");
            }
            if (!status.is_ok()) return status;
            if (!take(',') && !peek('}')) return unreadable("',' or '}'");
        }
        skip_blanks();
        if (!left_.empty()) return unreadable("nothing after '}'");
        if (!has_descr || !has_order || !has_shape) {
            return unreadable("descr, fortran_order and shape");
        }
        return Status::ok();
    }

private:
    Status read_descr(NpyHeader& header) {
        skip_blanks();
        const std::string_view before = left_;
        const std::optional<std::string_view> descr = string();
        if (descr == "<f4") {
            header.width = FloatWidth::kF32;
        } else if (descr == "<f2") {
            header.width = FloatWidth::kF16;
        } else {
            // Fields of a structure are a list: its beginning is shown.
            const std::string_view found =
                descr ? before.substr(0, before.size() - left_.size()) : before;
            return refuse("descr is " + shown(found), "'<f4' or '<f2'");
        }
        return Status::ok();
    }

    Status read_order() {
        if (take_word("False")) return Status::ok();
        if (take_word("True")) return refuse("fortran_order is True", "False: row after row");
        return unreadable("fortran_order False or True");
    }

    Status read_shape(NpyHeader& header) {
        skip_blanks();
        const std::string_view before = left_;
        if (!take('(')) return unreadable("a tuple as shape");
        std::vector<uint64_t> sizes;
        while (!take(')')) {
            const std::optional<uint64_t> size = number();
            if (!size) return unreadable("whole numbers below 2^64 in shape");
            sizes.push_back(*size);
            if (!take(',') && !peek(')')) return unreadable("',' or ')' in shape");
        }
        if (sizes.size() != 2) {
            return refuse("shape is " + shown(before.substr(0, before.size() - left_.size())),
                          "two dimensions: (rows, dim)");
        }
        header.rows = sizes[0];
        header.dim = sizes[1];
        return Status::ok();
    }

    void skip_blanks() {
        const size_t first = left_.find_first_not_of(" \t\r\n");
        left_.remove_prefix(first == std::string_view::npos ? left_.size() : first);
    }
    bool peek(char c) {
        skip_blanks();
        return left_.starts_with(c);
    }
    bool take(char c) {
        if (!peek(c)) return false;
        left_.remove_prefix(1);
        return true;
    }
    bool take_word(std::string_view word) {
        skip_blanks();
        if (!left_.starts_with(word)) return false;
        left_.remove_prefix(word.size());
        return true;
    }
    std::optional<std::string_view> string() {
        const char quote = peek('"') ? '"' : '\'';
        if (!take(quote)) return std::nullopt;
        const size_t end = left_.find(quote);
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view found = left_.substr(0, end);
        left_.remove_prefix(end + 1);
        return found;
    }
    std::optional<uint64_t> number() {
        skip_blanks();
        uint64_t value = 0;
        const auto [end, error] = std::from_chars(left_.data(), left_.data() + left_.size(), value);
        if (error != std::errc()) return std::nullopt;
        left_.remove_prefix(static_cast<size_t>(end - left_.data()));
        return value;
    }

    static std::string shown(std::string_view text) {
        std::string out(text.substr(0, kMostShownBytes));
        for (char& c : out) {
            if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E) {
                c = '?';
            }
        }
        if (text.size() > kMostShownBytes) out += "...";
        return out;
    }
    Status refuse(const std::string& found, std::string_view expected) const {
        return Status::invalid_argument(path_ + ": header: " + found + " (expected " +
                                        std::string(expected) + ")");
    }
    Status unreadable(std::string_view expected) const {
        return Status::corruption(path_ + ": header: expected " + std::string(expected) +
                                  " at byte " + std::to_string(text_.size() - left_.size()) +
                                  " of " + shown(text_));
    }

    std::string_view left_;
    std::string_view text_;
    const std::string& path_;
};

}  // namespace

Result<NpyHeader> read_npy_header(ByteReader& reader) {
    const std::string& path = reader.path();
    std::array<std::byte, 8> start{};
    TEMBLOR_RETURN_IF_ERROR(read_exactly(reader, start, "magic and version"));
    if (!starts_as_npy(start)) {
        return Status::corruption(path + ": not a .npy file: it must begin with \\x93NUMPY");
    }
    const auto major = static_cast<unsigned>(start[6]);
    const auto minor = static_cast<unsigned>(start[7]);
    if (major < 1 || major > 3 || minor != 0) {
        return Status::invalid_argument(path + ": header: version " + std::to_string(major) + "." +
                                        std::to_string(minor) + " (expected 1.0, 2.0 or 3.0)");
    }
    const size_t width = major == 1 ? 2 : 4;
    uint32_t length = 0;
    TEMBLOR_RETURN_IF_ERROR(read_exactly(
        reader, std::as_writable_bytes(std::span(&length, 1)).first(width), "header's length"));
    if (length > kMostHeaderBytes) {
        return Status::corruption(path + ": header: " + std::to_string(length) +
                                  " bytes long (expected " + std::to_string(kMostHeaderBytes) +
                                  " at most)");
    }
    std::string text(length, '\0');
    TEMBLOR_RETURN_IF_ERROR(
        read_exactly(reader, std::as_writable_bytes(std::span(text.data(), length)), "header"));
    NpyHeader header;
    TEMBLOR_RETURN_IF_ERROR(NpyDictionary(text, path).read(header));
    header.data_offset = start.size() + width + length;
    return header;
}

std::string make_npy_header(uint64_t rows, uint64_t dim, FloatWidth width) {
    std::string dictionary = width == FloatWidth::kF16 ? "{'descr': '<f2'" : "{'descr': '<f4'";
    dictionary += ", 'fortran_order': False, 'shape': (";
    dictionary += std::to_string(rows);
    dictionary += ", ";
    dictionary += std::to_string(dim);
    dictionary += "), }";
    constexpr size_t kStart = 10;  // magic, version, length
    const size_t end = kStart + dictionary.size() + 1;
    dictionary.append((kNpyAlignment - end % kNpyAlignment) % kNpyAlignment, ' ');
    dictionary += '\n';
    std::string header(kNpyMagic);
    header += '\x01';
    header += '\0';
    header += static_cast<char>(dictionary.size() & 0xFF);
    header += static_cast<char>(dictionary.size() >> 8);
    return header + dictionary;
}

bool starts_as_npy(std::span<const std::byte> head) {
    return head.size() >= kNpyMagic.size() &&
           std::memcmp(head.data(), kNpyMagic.data(), kNpyMagic.size()) == 0;
}

}  // namespace temblor
