#include <algorithm>
#include <cstring>

#include "index/payload/bitmap_bytes.h"
#include "index/payload/indexed_values.h"
#include "index/payload/payload_index_format.h"
#include "index/payload/words.h"

namespace temblor {
namespace {

/// What `ends` delimit in `bytes`; every piece is checked when it is read.
class Pieces {
public:
    Pieces() = default;
    Pieces(const std::byte* ends, std::span<const std::byte> bytes) : ends_(ends), bytes_(bytes) {}

    [[nodiscard]] std::optional<std::span<const std::byte>> piece(uint64_t index) const {
        const uint64_t begin = end_of(index);
        const uint64_t end = end_of(index + 1);
        if (begin > end || end > bytes_.size()) return std::nullopt;
        return bytes_.subspan(begin, end - begin);
    }
    [[nodiscard]] std::optional<std::string_view> text(uint64_t index) const {
        const auto found = piece(index);
        if (!found) return std::nullopt;
        return std::string_view(reinterpret_cast<const char*>(found->data()), found->size());
    }

private:
    [[nodiscard]] uint64_t end_of(uint64_t index) const {
        uint64_t end = 0;
        std::memcpy(&end, ends_ + index * sizeof(end), sizeof(end));
        return end;
    }

    const std::byte* ends_ = nullptr;
    std::span<const std::byte> bytes_;
};

class IndexedKeywords final : public IndexedValues {
public:
    IndexedKeywords(Pieces values, Pieces bitmaps, uint64_t entries, uint64_t rows)
        : values_(values), bitmaps_(bitmaps), entries_(entries), rows_(rows) {}

    [[nodiscard]] std::optional<ValueRows> find(const FieldTest& test) const override {
        if (const auto* any = std::get_if<MatchAny>(&test)) return find_any(any->values);
        if (const auto* except = std::get_if<MatchExcept>(&test)) {
            const auto& strings = except->values.strings;
            return find_where(true, [&strings](std::string_view value) {
                return !std::binary_search(strings.begin(), strings.end(), value);
            });
        }
        if (const auto* text = std::get_if<MatchText>(&test)) {
            return find_where(
                false, [text](std::string_view value) { return holds_words(value, text->words); });
        }
        if (const auto* range = std::get_if<MomentRange>(&test)) {
            return find_where(false, [range](std::string_view value) {
                const auto moment = parse_moment(value);
                return moment && range->bounds.hold(*moment);
            });
        }
        return ValueRows{};
    }

    [[nodiscard]] std::optional<ValueEstimate> estimate(const FieldTest& test) const override {
        if (const auto* any = std::get_if<MatchAny>(&test)) {
            ValueEstimate estimate{0, has_others(any->values)};
            for (const std::string& value : any->values.strings) {
                const auto at = place_of(value);
                if (!at) return std::nullopt;
                if (*at == entries_) continue;
                const auto bitmap = bitmaps_.piece(*at);
                const auto count = bitmap ? bitmap_cardinality(*bitmap) : std::nullopt;
                if (!count) return std::nullopt;
                estimate.rows += *count;
            }
            return estimate;
        }
        const bool numbers = std::holds_alternative<NumberRange>(test);
        return ValueEstimate{numbers ? 0 : rows_,
                             numbers || std::holds_alternative<MatchExcept>(test)};
    }

    [[nodiscard]] Status validate() const override {
        for (uint64_t i = 0; i < entries_; ++i) {
            const auto value = values_.text(i);
            const auto before = i == 0 ? std::nullopt : values_.text(i - 1);
            const auto wrong = [i](std::string_view what) {
                return Status::corruption("value " + std::to_string(i) + ": " + std::string(what));
            };
            if (!value || (before && *before >= *value)) return wrong("out of order");
            const auto bitmap = bitmaps_.piece(i);
            const auto rows = bitmap ? read_bitmap(*bitmap, rows_) : std::nullopt;
            if (!rows || rows->isEmpty()) return wrong("a damaged bitmap");
        }
        return Status::ok();
    }

private:
    static bool has_others(const ValueSet& set) {
        return set.has_bools() || !set.integers.empty() || !set.large_integers.empty();
    }

    /// The place of `value`, or entries_ when it is not there; nothing when damage is met.
    [[nodiscard]] std::optional<uint64_t> place_of(std::string_view value) const {
        uint64_t begin = 0;
        uint64_t end = entries_;
        while (begin < end) {
            const uint64_t middle = begin + (end - begin) / 2;
            const auto here = values_.text(middle);
            if (!here) return std::nullopt;
            if (*here == value) return middle;
            if (*here < value) {
                begin = middle + 1;
            } else {
                end = middle;
            }
        }
        return entries_;
    }

    [[nodiscard]] bool add_rows(uint64_t place, RowBitmap& out) const {
        const auto bitmap = bitmaps_.piece(place);
        const auto rows = bitmap ? read_bitmap(*bitmap, rows_) : std::nullopt;
        if (rows) out |= *rows;
        return rows.has_value();
    }

    [[nodiscard]] std::optional<ValueRows> find_any(const ValueSet& set) const {
        ValueRows found;
        found.others_may_hold = has_others(set);
        for (const std::string& value : set.strings) {
            const auto at = place_of(value);
            if (!at || (*at != entries_ && !add_rows(*at, found.certain))) return std::nullopt;
        }
        return found;
    }

    template <typename Test>
    [[nodiscard]] std::optional<ValueRows> find_where(bool others, const Test& test) const {
        ValueRows found;
        found.others_may_hold = others;
        for (uint64_t i = 0; i < entries_; ++i) {
            const auto value = values_.text(i);
            if (!value || (test(*value) && !add_rows(i, found.certain))) return std::nullopt;
        }
        return found;
    }

    Pieces values_;
    Pieces bitmaps_;
    uint64_t entries_;
    uint64_t rows_;
};

uint64_t load_u64(std::span<const std::byte> bytes, uint64_t index) {
    uint64_t value = 0;
    std::memcpy(&value, bytes.data() + index * sizeof(value), sizeof(value));
    return value;
}

}  // namespace

Result<std::unique_ptr<IndexedValues>> open_keywords(uint64_t rows, uint64_t entries,
                                                     std::span<const std::byte> body) {
    const auto wrong = [&] {
        return Status::corruption("body: " + std::to_string(body.size()) +
                                  " bytes do not hold the tables of " + std::to_string(entries) +
                                  " values");
    };
    constexpr uint64_t kEntryBytes = 2 * sizeof(uint64_t);
    if (entries >= body.size() / kEntryBytes) return wrong();
    const uint64_t words = entries + 1;
    auto rest = body.subspan(words * kEntryBytes);
    const uint64_t characters = load_u64(body, entries);
    if (characters > rest.size()) return wrong();
    const uint64_t padded = characters + payload_index_padding(characters);
    if (padded > rest.size() || load_u64(body, words + entries) != rest.size() - padded ||
        load_u64(body, 0) != 0 || load_u64(body, words) != 0) {
        return wrong();
    }
    return std::unique_ptr<IndexedValues>(std::make_unique<IndexedKeywords>(
        Pieces(body.data(), rest.subspan(0, characters)),
        Pieces(body.data() + words * sizeof(uint64_t), rest.subspan(padded)), entries, rows));
}

Result<std::unique_ptr<IndexedValues>> open_indexed_values(PayloadType type, uint64_t rows,
                                                           uint64_t entries,
                                                           std::span<const std::byte> body) {
    switch (type) {
        case PayloadType::kKeyword:
            return open_keywords(rows, entries, body);
        case PayloadType::kInteger:
            return open_integers(rows, entries, body);
        case PayloadType::kFloat:
            return open_floats(rows, entries, body);
        case PayloadType::kBool:
            return open_bools(rows, entries, body);
        case PayloadType::kDatetime:
            return open_moments(rows, entries, body);
        case PayloadType::kText:
            break;
    }
    return Status::corruption("unknown type " + std::to_string(static_cast<int>(type)));
}

}  // namespace temblor
