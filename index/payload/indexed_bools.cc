#include <array>
#include <cstring>

#include "index/payload/bitmap_bytes.h"
#include "index/payload/indexed_values.h"

namespace temblor {
namespace {

class IndexedBools final : public IndexedValues {
public:
    IndexedBools(std::array<std::span<const std::byte>, 2> bitmaps, uint64_t rows)
        : bitmaps_(bitmaps), rows_(rows) {}

    [[nodiscard]] std::optional<ValueRows> find(const FieldTest& test) const override {
        const Asked asked = asked_of(test);
        ValueRows found;
        found.others_may_hold = asked.others;
        for (size_t value = 0; value < bitmaps_.size(); ++value) {
            if (!asked.values[value]) continue;
            const auto rows = read_bitmap(bitmaps_[value], rows_);
            if (!rows) return std::nullopt;
            found.certain |= *rows;
        }
        return found;
    }

    [[nodiscard]] std::optional<ValueEstimate> estimate(const FieldTest& test) const override {
        const Asked asked = asked_of(test);
        ValueEstimate estimate{0, asked.others};
        for (size_t value = 0; value < bitmaps_.size(); ++value) {
            if (!asked.values[value]) continue;
            const auto count = bitmap_cardinality(bitmaps_[value]);
            if (!count) return std::nullopt;
            estimate.rows += *count;
        }
        return estimate;
    }

    [[nodiscard]] Status validate() const override {
        for (const auto bitmap : bitmaps_) {
            if (!read_bitmap(bitmap, rows_)) return Status::corruption("body: a damaged bitmap");
        }
        return Status::ok();
    }

private:
    struct Asked {
        std::array<bool, 2> values{};
        bool others = true;
    };

    static Asked asked_of(const FieldTest& test) {
        if (const auto* any = std::get_if<MatchAny>(&test)) {
            const ValueSet& set = any->values;
            return {{set.with_false, set.with_true},
                    !set.integers.empty() || !set.large_integers.empty() || !set.strings.empty()};
        }
        if (const auto* except = std::get_if<MatchExcept>(&test)) {
            return {{!except->values.with_false, !except->values.with_true}, true};
        }
        return {};
    }

    std::array<std::span<const std::byte>, 2> bitmaps_;
    uint64_t rows_;
};

}  // namespace

Result<std::unique_ptr<IndexedValues>> open_bools(uint64_t rows, uint64_t entries,
                                                  std::span<const std::byte> body) {
    uint64_t size = 0;
    if (entries != 2 || body.size() < sizeof(size)) {
        return Status::corruption("body: expected two bitmaps");
    }
    std::memcpy(&size, body.data(), sizeof(size));
    body = body.subspan(sizeof(size));
    if (size > body.size()) return Status::corruption("body: a bitmap past its end");
    return std::unique_ptr<IndexedValues>(std::make_unique<IndexedBools>(
        std::array{body.subspan(0, size), body.subspan(size)}, rows));
}

}  // namespace temblor
