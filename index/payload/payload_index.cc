#include "index/payload/payload_index.h"

#include <algorithm>
#include <cstring>

#include "index/payload/bitmap_bytes.h"
#include "index/payload/indexed_values.h"
#include "index/payload/payload_index_format.h"

namespace temblor {
namespace {

constexpr uint64_t kMaxRows = uint64_t{1} << 32;

/// Takes an index's parts off its bytes, one by one.
class Parts {
public:
    explicit Parts(std::span<const std::byte> bytes) : rest_(bytes) {}

    std::optional<std::span<const std::byte>> take(uint64_t bytes) {
        if (bytes > rest_.size() || payload_index_padding(bytes) > rest_.size() - bytes) {
            return std::nullopt;
        }
        const auto part = rest_.subspan(0, bytes);
        const auto padding = rest_.subspan(bytes, payload_index_padding(bytes));
        if (std::any_of(padding.begin(), padding.end(),
                        [](std::byte b) { return b != std::byte{0}; })) {
            return std::nullopt;
        }
        rest_ = rest_.subspan(bytes + padding.size());
        return part;
    }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    std::span<const std::byte> rest_;
};

/// Whether the bounds hold for 1, and so perhaps for more.
struct CountAnswers {
    bool zero = false;
    bool all_others = false;   ///< for every count from 1 on
    bool some_others = false;  ///< for one of them
};

CountAnswers answers_of(const Bounds<uint64_t>& bounds) {
    CountAnswers answers;
    answers.zero = bounds.hold(0);
    answers.all_others = bounds.hold(1) && !bounds.lt && !bounds.lte;
    answers.some_others = !(bounds.lt && *bounds.lt <= 1) && !(bounds.lte && *bounds.lte < 1);
    return answers;
}

RowBitmap all_rows(uint64_t rows) {
    RowBitmap all;
    if (rows != 0) all.addRange(0, rows);
    return all;
}

}  // namespace

PayloadIndex::PayloadIndex() = default;
PayloadIndex::~PayloadIndex() = default;
PayloadIndex::PayloadIndex(PayloadIndex&&) noexcept = default;
PayloadIndex& PayloadIndex::operator=(PayloadIndex&&) noexcept = default;

Result<PayloadIndex> PayloadIndex::open(std::shared_ptr<const void> owner,
                                        std::span<const std::byte> bytes) {
    const auto wrong = [](std::string_view what) {
        return Status::corruption("payload index: " + std::string(what));
    };
    PayloadIndexHeader header;
    Parts parts(bytes);
    const auto head = parts.take(sizeof(header));
    if (!head) return wrong("shorter than its header");
    std::memcpy(&header, head->data(), sizeof(header));
    if (header.magic != kPayloadIndexMagic) return wrong("not a payload index");
    if (header.type < 1 || header.type > static_cast<uint32_t>(PayloadType::kDatetime)) {
        return wrong("unknown type " + std::to_string(header.type));
    }
    if (header.rows > kMaxRows) return wrong(std::to_string(header.rows) + " rows");

    PayloadIndex index;
    index.owner_ = std::move(owner);
    index.bytes_ = bytes.size();
    index.type_ = static_cast<PayloadType>(header.type);
    index.rows_ = header.rows;
    const auto key = parts.take(header.key_bytes);
    if (!key) return wrong("the key is past the end");
    auto path = KeyPath::parse({reinterpret_cast<const char*>(key->data()), key->size()});
    if (!path.is_ok()) return wrong(path.status().message());
    index.key_ = std::move(path).value();
    const auto empty = parts.take(header.empty_bytes);
    const auto null = empty ? parts.take(header.null_bytes) : std::nullopt;
    const auto other = null ? parts.take(header.other_bytes) : std::nullopt;
    const auto body = other ? parts.take(header.body_bytes) : std::nullopt;
    if (!body || !parts.at_end()) return wrong("its parts do not fill its bytes");
    index.empty_ = *empty;
    index.null_ = *null;
    index.other_ = *other;
    auto values = open_indexed_values(index.type_, header.rows, header.entries, *body);
    if (!values.is_ok()) return std::move(values).status().with_context("payload index");
    index.values_ = std::move(values).value();
    return index;
}

const FieldTest* PayloadIndex::test_of(const Condition& condition) const {
    const auto* field = std::get_if<FieldCondition>(&condition.what);
    return field != nullptr && field->key == key_ ? &field->test : nullptr;
}

std::optional<IndexAnswer> PayloadIndex::count_rows(const ValuesCount& test) const {
    if (key_.forks()) return std::nullopt;
    const CountAnswers answers = answers_of(test.bounds);
    auto empty = read_bitmap(empty_, rows_);
    if (!empty) return std::nullopt;
    IndexAnswer answer;
    if (answers.some_others) {
        RowBitmap others = all_rows(rows_);
        others -= *empty;
        (answers.all_others ? answer.certain : answer.uncertain) = std::move(others);
    }
    if (answers.zero) answer.certain |= *empty;
    return answer;
}

std::optional<IndexAnswer> PayloadIndex::rows(const Condition& condition) const {
    const FieldTest* test = test_of(condition);
    if (test == nullptr) return std::nullopt;
    if (const auto* count = std::get_if<ValuesCount>(test)) return count_rows(*count);
    if (std::holds_alternative<IsEmpty>(*test) || std::holds_alternative<IsNull>(*test)) {
        auto rows = read_bitmap(std::holds_alternative<IsEmpty>(*test) ? empty_ : null_, rows_);
        if (!rows) return std::nullopt;
        return IndexAnswer{std::move(*rows), {}};
    }
    auto found = values_->find(*test);
    if (!found) return std::nullopt;
    IndexAnswer answer{std::move(found->certain), std::move(found->uncertain)};
    if (found->others_may_hold) {
        const auto other = read_bitmap(other_, rows_);
        if (!other) return std::nullopt;
        answer.uncertain |= *other;
    }
    answer.uncertain -= answer.certain;
    return answer;
}

std::optional<uint64_t> PayloadIndex::estimate(const Condition& condition) const {
    const FieldTest* test = test_of(condition);
    if (test == nullptr) return std::nullopt;
    if (const auto* count = std::get_if<ValuesCount>(test)) {
        if (key_.forks()) return std::nullopt;
        if (answers_of(count->bounds).some_others) return rows_;
        return bitmap_cardinality(empty_);
    }
    if (std::holds_alternative<IsEmpty>(*test)) return bitmap_cardinality(empty_);
    if (std::holds_alternative<IsNull>(*test)) return bitmap_cardinality(null_);
    auto estimate = values_->estimate(*test);
    if (!estimate) return std::nullopt;
    if (estimate->others_may_hold) {
        const auto other = bitmap_cardinality(other_);
        if (!other) return std::nullopt;
        estimate->rows += *other;
    }
    return std::min(estimate->rows, rows_);
}

Status PayloadIndex::validate() const {
    const std::string context = "payload index of '" + key_.text() + "'";
    for (const auto bitmap : {empty_, null_, other_}) {
        if (!read_bitmap(bitmap, rows_)) {
            return Status::corruption(context + ": a damaged bitmap of empty, null or other rows");
        }
    }
    return values_->validate().with_context(context);
}

}  // namespace temblor
