#include "data/document_ids.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <functional>

namespace temblor {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr size_t kUuidText = 36;

bool is_hyphen_place(size_t place) {
    return place == 8 || place == 13 || place == 18 || place == 23;
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

bool parse_u64(std::string_view text, uint64_t& number) {
    if (text.empty() || (text.size() > 1 && text.front() == '0')) return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

bool parse_uuid(std::string_view text, Uuid& uuid) {
    if (text.size() != kUuidText) return false;
    size_t digits = 0;
    for (size_t place = 0; place < text.size(); ++place) {
        if (is_hyphen_place(place)) {
            if (text[place] != '-') return false;
            continue;
        }
        const int value = hex_value(text[place]);
        if (value < 0) return false;
        uint8_t& byte = uuid[digits / 2];
        byte = static_cast<uint8_t>(digits % 2 == 0 ? value << 4 : byte | value);
        ++digits;
    }
    return true;
}

IdKind narrowest_kind(const std::vector<std::string>& texts) {
    bool rows = true;
    bool numbers = true;
    bool uuids = true;
    for (size_t row = 0; row < texts.size(); ++row) {
        uint64_t number = 0;
        Uuid uuid{};
        numbers = numbers && parse_u64(texts[row], number);
        rows = rows && numbers && number == row;
        uuids = uuids && parse_uuid(texts[row], uuid);
        if (!numbers && !uuids) return IdKind::kString;
    }
    if (rows) return IdKind::kRowNumber;
    return numbers ? IdKind::kU64 : IdKind::kUuid;
}

uint64_t load_u64(std::span<const std::byte> bytes, uint64_t index) {
    uint64_t value = 0;
    std::memcpy(&value, bytes.data() + index * sizeof(value), sizeof(value));
    return value;
}

void append(std::vector<std::byte>& out, const void* data, size_t bytes) {
    const auto* begin = static_cast<const std::byte*>(data);
    out.insert(out.end(), begin, begin + bytes);
}

std::vector<std::byte> encode(const std::vector<std::string>& texts, IdKind kind) {
    std::vector<std::byte> out;
    if (kind == IdKind::kU64) {
        out.reserve(texts.size() * sizeof(uint64_t));
        for (const std::string& text : texts) {
            uint64_t number = 0;
            TEMBLOR_CHECK(parse_u64(text, number));
            append(out, &number, sizeof(number));
        }
    } else if (kind == IdKind::kUuid) {
        out.reserve(texts.size() * sizeof(Uuid));
        for (const std::string& text : texts) {
            Uuid uuid{};
            TEMBLOR_CHECK(parse_uuid(text, uuid));
            append(out, uuid.data(), uuid.size());
        }
    } else if (kind == IdKind::kString) {
        uint64_t characters = 0;
        for (const std::string& text : texts) characters += text.size();
        out.reserve((texts.size() + 1) * sizeof(uint64_t) + characters);
        uint64_t offset = 0;
        append(out, &offset, sizeof(offset));
        for (const std::string& text : texts) {
            offset += text.size();
            append(out, &offset, sizeof(offset));
        }
        for (const std::string& text : texts) append(out, text.data(), text.size());
    }
    return out;
}

}  // namespace

std::string to_string(const DocumentId& id) {
    if (const auto* number = std::get_if<uint64_t>(&id)) return std::to_string(*number);
    if (const auto* text = std::get_if<std::string>(&id)) return *text;
    const Uuid& uuid = std::get<Uuid>(id);
    std::string text;
    text.reserve(kUuidText);
    for (const uint8_t byte : uuid) {
        if (is_hyphen_place(text.size())) text += '-';
        text += kHexDigits[byte >> 4];
        text += kHexDigits[byte & 15];
    }
    return text;
}

DocumentId parse_document_id(std::string_view text) {
    uint64_t number = 0;
    if (parse_u64(text, number)) return number;
    Uuid uuid{};
    if (parse_uuid(text, uuid)) return uuid;
    return std::string(text);
}

/// A hash and the row for each text, sorted; equal hashes are settled by the texts, so that made-up
/// collisions cost no more than the sort.
std::optional<RepeatedId> find_repeated_id(const std::vector<std::string>& texts) {
    struct Key {
        size_t hash;
        uint64_t row;
    };
    std::vector<Key> keys(texts.size());
    for (size_t row = 0; row < texts.size(); ++row) {
        keys[row] = {std::hash<std::string_view>{}(texts[row]), row};
    }
    std::sort(keys.begin(), keys.end(), [&texts](const Key& a, const Key& b) {
        if (a.hash != b.hash) return a.hash < b.hash;
        const int order = texts[a.row].compare(texts[b.row]);
        return order != 0 ? order < 0 : a.row < b.row;
    });
    std::optional<RepeatedId> found;
    for (size_t i = 1; i < keys.size(); ++i) {
        if (keys[i].hash == keys[i - 1].hash && texts[keys[i].row] == texts[keys[i - 1].row] &&
            (!found || keys[i].row < found->second)) {
            found = RepeatedId{keys[i - 1].row, keys[i].row};
        }
    }
    return found;
}

DocumentIds DocumentIds::row_numbers(uint64_t count) {
    DocumentIds ids;
    ids.count_ = count;
    return ids;
}

Result<DocumentIds> DocumentIds::from_strings(const std::vector<std::string>& texts) {
    const IdKind kind = narrowest_kind(texts);
    if (kind == IdKind::kRowNumber) return row_numbers(texts.size());
    if (const auto repeated = find_repeated_id(texts)) {
        return Status::invalid_argument("row " + std::to_string(repeated->second) + ": id \"" +
                                        texts[repeated->second] + "\" repeats that of row " +
                                        std::to_string(repeated->first));
    }
    auto bytes = std::make_shared<const std::vector<std::byte>>(encode(texts, kind));
    return from_bytes(bytes, kind, texts.size(), *bytes);
}

Result<DocumentIds> DocumentIds::from_bytes(std::shared_ptr<const void> owner, IdKind kind,
                                            uint64_t count, std::span<const std::byte> bytes) {
    const uint64_t words = bytes.size() / sizeof(uint64_t);
    bool fits = false;
    std::string_view layout;
    switch (kind) {
        case IdKind::kRowNumber:
            layout = "no bytes";
            fits = bytes.empty();
            break;
        case IdKind::kU64:
            layout = "8 bytes an id";
            fits = bytes.size() % sizeof(uint64_t) == 0 && words == count;
            break;
        case IdKind::kUuid:
            layout = "16 bytes an id";
            fits = bytes.size() % sizeof(Uuid) == 0 && bytes.size() / sizeof(Uuid) == count;
            break;
        case IdKind::kString:
            layout = "count + 1 offsets, the first 0, the last the number of characters";
            fits = count < words && load_u64(bytes, 0) == 0 &&
                   load_u64(bytes, count) == bytes.size() - (count + 1) * sizeof(uint64_t);
            break;
        default:
            return Status::corruption("ids: kind " + std::to_string(static_cast<unsigned>(kind)) +
                                      " does not exist");
    }
    if (!fits) {
        return Status::corruption("ids: " + std::to_string(bytes.size()) + " bytes do not hold " +
                                  std::to_string(count) + " ids (expected " + std::string(layout) +
                                  ")");
    }
    DocumentIds ids;
    ids.kind_ = kind;
    ids.count_ = count;
    ids.owner_ = std::move(owner);
    ids.bytes_ = bytes;
    return ids;
}

DocumentId DocumentIds::id(uint64_t row) const {
    TEMBLOR_CHECK(row < count_);
    if (kind_ == IdKind::kU64) return load_u64(bytes_, row);
    if (kind_ == IdKind::kUuid) {
        Uuid uuid{};
        std::memcpy(uuid.data(), bytes_.data() + row * uuid.size(), uuid.size());
        return uuid;
    }
    if (kind_ == IdKind::kString) {
        const auto characters = bytes_.subspan((count_ + 1) * sizeof(uint64_t));
        const uint64_t begin = load_u64(bytes_, row);
        const uint64_t end = load_u64(bytes_, row + 1);
        // A damaged offset gives an empty id; validate() is what reports it.
        if (begin > end || end > characters.size()) return std::string();
        return std::string(reinterpret_cast<const char*>(characters.data()) + begin, end - begin);
    }
    return row;
}

std::vector<std::byte> DocumentIds::serialize() const { return {bytes_.begin(), bytes_.end()}; }

Status DocumentIds::validate() const {
    if (kind_ != IdKind::kString) return Status::ok();
    for (uint64_t row = 0; row < count_; ++row) {
        if (load_u64(bytes_, row) > load_u64(bytes_, row + 1)) {
            return Status::corruption("ids: row " + std::to_string(row + 1) +
                                      ": offset runs backwards");
        }
    }
    return Status::ok();
}

}  // namespace temblor
