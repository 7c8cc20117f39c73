#include "index/collection/point_codec.h"

#include <cstring>
#include <type_traits>

#include <streamvbyte.h>
#include <streamvbytedelta.h>

namespace temblor {
namespace {

constexpr char kNumber = 1;
constexpr char kUuid = 2;
constexpr char kText = 3;
constexpr uint8_t kSparse = 1;
constexpr uint8_t kDense = 2;

void append_big_endian(std::string& out, uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) {
        out += static_cast<char>(static_cast<unsigned char>(value >> shift));
    }
}

uint64_t load_big_endian(std::string_view bytes) {
    uint64_t value = 0;
    for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

template <typename T>
void append(std::string& out, T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void append_floats(std::string& out, const std::vector<float>& values) {
    out.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
}

/// Reads from the front of bytes that may be cut short anywhere.
class Cursor {
public:
    explicit Cursor(std::string_view bytes) : left_(bytes) {}

    template <typename T>
    bool take(T& value) {
        if (left_.size() < sizeof(T)) return false;
        std::memcpy(&value, left_.data(), sizeof(T));
        left_.remove_prefix(sizeof(T));
        return true;
    }
    bool take(uint64_t bytes, std::string_view& out) {
        if (left_.size() < bytes) return false;
        out = left_.substr(0, bytes);
        left_.remove_prefix(bytes);
        return true;
    }
    bool take_floats(uint64_t count, std::vector<float>& out) {
        std::string_view bytes;
        if (count > left_.size() / sizeof(float) || !take(count * sizeof(float), bytes))
            return false;
        out.resize(count);
        if (count > 0) std::memcpy(out.data(), bytes.data(), bytes.size());
        return true;
    }
    [[nodiscard]] bool at_end() const { return left_.empty(); }
    [[nodiscard]] std::string_view rest() const { return left_; }

private:
    std::string_view left_;
};

Status damaged_record(const char* what) {
    return Status::corruption(std::string("database: ") + what);
}

/// The StreamVByte code of `count` numbers is told its length by its control bytes, which must be
/// believed only after counting.
bool is_whole_code(std::string_view code, uint32_t count) {
    const uint64_t control = (uint64_t{count} + 3) / 4;
    if (code.size() < control) return false;
    uint64_t bytes = control;
    for (uint32_t i = 0; i < count; ++i) {
        bytes += (static_cast<unsigned char>(code[i / 4]) >> (2 * (i % 4)) & 3U) + 1U;
    }
    return bytes == code.size();
}

bool take_sparse(Cursor& cursor, uint32_t count, SparseVector& vector) {
    uint32_t bytes = 0;
    std::string_view code;
    if (!cursor.take(bytes) || !cursor.take(bytes, code) || !is_whole_code(code, count))
        return false;
    vector.components.resize(count);
    // The decoder reads up to 16 bytes past the code.
    std::string padded(code);
    padded.resize(code.size() + 16);
    streamvbyte_delta_decode(reinterpret_cast<const uint8_t*>(padded.data()),
                             vector.components.data(), count, 0);
    return cursor.take_floats(count, vector.values);
}

}  // namespace

std::string encode_id(const DocumentId& id) {
    std::string key;
    if (const auto* number = std::get_if<uint64_t>(&id)) {
        key += kNumber;
        append_big_endian(key, *number);
    } else if (const auto* uuid = std::get_if<Uuid>(&id)) {
        key += kUuid;
        key.append(reinterpret_cast<const char*>(uuid->data()), uuid->size());
    } else {
        key += kText;
        key += std::get<std::string>(id);
    }
    return key;
}

Result<DocumentId> decode_id(std::string_view key) {
    if (key.empty()) return damaged_record("an id without bytes");
    const std::string_view rest = key.substr(1);
    if (key.front() == kNumber && rest.size() == sizeof(uint64_t)) {
        return DocumentId(load_big_endian(rest));
    }
    if (key.front() == kUuid && rest.size() == sizeof(Uuid)) {
        Uuid uuid{};
        std::memcpy(uuid.data(), rest.data(), rest.size());
        return DocumentId(uuid);
    }
    if (key.front() == kText) return DocumentId(std::string(rest));
    return damaged_record("an id of unknown kind or wrong length");
}

std::string encode_ordinal(uint64_t ordinal) {
    std::string key;
    append_big_endian(key, ordinal);
    return key;
}

Result<uint64_t> decode_ordinal(std::string_view key) {
    if (key.size() != sizeof(uint64_t)) return damaged_record("an ordinal of wrong length");
    return load_big_endian(key);
}

std::string encode_point(const DocumentId& id, std::string_view payload) {
    const std::string key = encode_id(id);
    std::string value;
    value.reserve(sizeof(uint32_t) + key.size() + payload.size());
    append(value, static_cast<uint32_t>(key.size()));
    value += key;
    value += payload;
    return value;
}

Result<StoredPoint> decode_point(std::string_view value) {
    Cursor cursor(value);
    uint32_t bytes = 0;
    std::string_view key;
    if (!cursor.take(bytes) || !cursor.take(bytes, key))
        return damaged_record("a point is cut short");
    TEMBLOR_ASSIGN_OR_RETURN(DocumentId id, decode_id(key));
    return StoredPoint{std::move(id), std::string(cursor.rest())};
}

std::string encode_vectors(const std::vector<NamedVector>& vectors) {
    std::string out;
    append(out, static_cast<uint32_t>(vectors.size()));
    for (const NamedVector& v : vectors) {
        append(out, static_cast<uint16_t>(v.name.size()));
        out += v.name;
        if (const auto* sparse = std::get_if<SparseVector>(&v.value)) {
            const auto count = static_cast<uint32_t>(sparse->nnz());
            append(out, kSparse);
            append(out, count);
            std::string code(streamvbyte_max_compressedbytes(count), '\0');
            code.resize(streamvbyte_delta_encode(sparse->components.data(), count,
                                                 reinterpret_cast<uint8_t*>(code.data()), 0));
            append(out, static_cast<uint32_t>(code.size()));
            out += code;
            append_floats(out, sparse->values);
        } else {
            const auto& dense = std::get<DenseVector>(v.value);
            append(out, kDense);
            append(out, static_cast<uint32_t>(dense.size()));
            append_floats(out, dense);
        }
    }
    return out;
}

Result<std::vector<NamedVector>> decode_vectors(std::string_view value) {
    Cursor cursor(value);
    uint32_t count = 0;
    if (!cursor.take(count)) return damaged_record("vectors are cut short");
    std::vector<NamedVector> vectors;
    for (uint32_t i = 0; i < count; ++i) {
        NamedVector v;
        uint16_t name_bytes = 0;
        std::string_view name;
        uint8_t kind = 0;
        uint32_t entries = 0;
        if (!cursor.take(name_bytes) || !cursor.take(name_bytes, name) || !cursor.take(kind) ||
            !cursor.take(entries)) {
            return damaged_record("vectors are cut short");
        }
        v.name = name;
        bool whole = false;
        if (kind == kSparse) {
            SparseVector sparse;
            whole = take_sparse(cursor, entries, sparse);
            v.value = std::move(sparse);
        } else if (kind == kDense) {
            DenseVector dense;
            whole = cursor.take_floats(entries, dense);
            v.value = std::move(dense);
        }
        if (!whole) return damaged_record("a vector is cut short or of unknown kind");
        vectors.push_back(std::move(v));
    }
    if (!cursor.at_end()) return damaged_record("bytes behind the vectors");
    return vectors;
}

}  // namespace temblor
