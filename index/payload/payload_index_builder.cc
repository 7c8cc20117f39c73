#include "index/payload/payload_index_builder.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "data/check.h"
#include "data/row_bitmap.h"
#include "index/payload/bitmap_bytes.h"
#include "index/payload/payload_index_format.h"
#include "index/payload/payload_parser.h"
#include "index/payload/payload_values.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;
using Bytes = std::vector<std::byte>;

void append(Bytes& out, const void* data, size_t bytes) {
    const auto* begin = static_cast<const std::byte*>(data);
    out.insert(out.end(), begin, begin + bytes);
}
void append_u64(Bytes& out, uint64_t value) { append(out, &value, sizeof(value)); }
void pad(Bytes& out) { out.resize(out.size() + payload_index_padding(out.size())); }

/// One for each type. `add` is true when the value is of the type and indexed.
class ValueCollector {
public:
    ValueCollector() = default;
    ValueCollector(const ValueCollector&) = delete;
    ValueCollector& operator=(const ValueCollector&) = delete;
    virtual ~ValueCollector() = default;
    virtual bool add(uint32_t row, dom::element value) = 0;
    /// The body and the number of its entries.
    virtual std::pair<Bytes, uint64_t> finish() = 0;
};

class KeywordCollector final : public ValueCollector {
public:
    bool add(uint32_t row, dom::element value) override {
        std::string_view text;
        if (value.get(text) != simdjson::SUCCESS) return false;
        const auto [at, is_new] = rows_.try_emplace(std::string(text));
        at->second.push_back(row);
        return true;
    }

    std::pair<Bytes, uint64_t> finish() override {
        std::vector<std::pair<std::string_view, const std::vector<uint32_t>*>> sorted;
        sorted.reserve(rows_.size());
        for (const auto& [value, rows] : rows_) sorted.emplace_back(value, &rows);
        std::sort(sorted.begin(), sorted.end(),
                  [](const auto& a, const auto& b) { return a.first < b.first; });
        Bytes body;
        Bytes bitmaps;
        std::vector<uint64_t> bitmap_ends{0};
        uint64_t end = 0;
        append_u64(body, end);
        for (const auto& [value, rows] : sorted) {
            append_u64(body, end += value.size());
            append_bitmap(bitmaps, RowBitmap(rows->size(), rows->data()));
            bitmap_ends.push_back(bitmaps.size());
        }
        append(body, bitmap_ends.data(), bitmap_ends.size() * sizeof(uint64_t));
        for (const auto& [value, rows] : sorted) append(body, value.data(), value.size());
        pad(body);
        append(body, bitmaps.data(), bitmaps.size());
        return {std::move(body), sorted.size()};
    }

private:
    std::unordered_map<std::string, std::vector<uint32_t>> rows_;
};

std::optional<int64_t> integer_of(dom::element value) {
    if (!value.is_int64()) return std::nullopt;
    return value.get_int64().value_unsafe();
}

std::optional<int64_t> microseconds_of(dom::element value) {
    const auto moment = moment_of(value);
    if (!moment) return std::nullopt;
    return moment->microseconds;
}

/// Numbers that a double holds without rounding.
std::optional<double> double_of(dom::element value) {
    const auto number = exact_number(value);
    if (!number) return std::nullopt;
    const auto rounded = static_cast<double>(*number);
    if (static_cast<ExactNumber>(rounded) != *number) return std::nullopt;
    return rounded + 0.0;  // negative zero becomes zero
}

template <typename V, std::optional<V> (*value_of)(dom::element)>
class RunCollector final : public ValueCollector {
public:
    bool add(uint32_t row, dom::element element) override {
        const auto value = value_of(element);
        if (value) entries_.emplace_back(*value, row);
        return value.has_value();
    }

    std::pair<Bytes, uint64_t> finish() override {
        std::sort(entries_.begin(), entries_.end());
        entries_.erase(std::unique(entries_.begin(), entries_.end()), entries_.end());
        Bytes body;
        body.reserve(entries_.size() * (sizeof(V) + sizeof(uint32_t)));
        for (const auto& [value, row] : entries_) append(body, &value, sizeof(value));
        for (const auto& [value, row] : entries_) append(body, &row, sizeof(row));
        return {std::move(body), entries_.size()};
    }

private:
    std::vector<std::pair<V, uint32_t>> entries_;
};

class BoolCollector final : public ValueCollector {
public:
    bool add(uint32_t row, dom::element element) override {
        bool value = false;
        if (element.get(value) != simdjson::SUCCESS) return false;
        rows_[value ? 1 : 0].add(row);
        return true;
    }

    std::pair<Bytes, uint64_t> finish() override {
        Bytes body(sizeof(uint64_t));
        append_bitmap(body, rows_[0]);
        const uint64_t bytes = body.size() - sizeof(uint64_t);
        std::memcpy(body.data(), &bytes, sizeof(bytes));
        append_bitmap(body, rows_[1]);
        return {std::move(body), rows_.size()};
    }

private:
    std::array<RowBitmap, 2> rows_;
};

std::unique_ptr<ValueCollector> collector_for(PayloadType type) {
    switch (type) {
        case PayloadType::kKeyword:
            return std::make_unique<KeywordCollector>();
        case PayloadType::kInteger:
            return std::make_unique<RunCollector<int64_t, integer_of>>();
        case PayloadType::kFloat:
            return std::make_unique<RunCollector<double, double_of>>();
        case PayloadType::kBool:
            return std::make_unique<BoolCollector>();
        case PayloadType::kDatetime:
            return std::make_unique<RunCollector<int64_t, microseconds_of>>();
        case PayloadType::kText:
            break;
    }
    TEMBLOR_CHECK(false);
    return nullptr;
}

}  // namespace

struct PayloadIndexBuilder::Impl {
    KeyPath key;
    PayloadType type;
    std::unique_ptr<ValueCollector> values;
    RowBitmap present;  // rows that are not empty
    RowBitmap null;
    RowBitmap other;
    uint64_t rows = 0;
    PayloadParser parser;
};

PayloadIndexBuilder::PayloadIndexBuilder(KeyPath key, PayloadType type)
    : impl_(std::make_unique<Impl>()) {
    impl_->key = std::move(key);
    impl_->type = type;
    impl_->values = collector_for(type);
}
PayloadIndexBuilder::~PayloadIndexBuilder() = default;
PayloadIndexBuilder::PayloadIndexBuilder(PayloadIndexBuilder&&) noexcept = default;
PayloadIndexBuilder& PayloadIndexBuilder::operator=(PayloadIndexBuilder&&) noexcept = default;

void PayloadIndexBuilder::add(uint32_t row, dom::element payload) {
    Impl& impl = *impl_;
    TEMBLOR_CHECK(row >= impl.rows);
    impl.rows = uint64_t{row} + 1;
    if (!is_empty_at(payload, impl.key)) impl.present.add(row);
    if (is_null_at(payload, impl.key)) impl.null.add(row);
    bool other = false;
    const auto collect = [&](dom::element value) {
        if (!impl.values->add(row, value) && !value.is_null()) other = true;
        return false;
    };
    (void)any_value(payload, impl.key,
                    [&](dom::element value) { return any_element(value, collect); });
    if (other) impl.other.add(row);
}

Status PayloadIndexBuilder::add(uint32_t row, std::string_view payload) {
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element root, impl_->parser.parse(payload));
    add(row, root);
    return Status::ok();
}

Bytes PayloadIndexBuilder::finish() { return finish(impl_->rows); }

Bytes PayloadIndexBuilder::finish(uint64_t rows) {
    Impl& impl = *impl_;
    TEMBLOR_CHECK(rows >= impl.rows && rows <= uint64_t{1} << 32);
    RowBitmap empty;
    if (rows != 0) empty.addRange(0, rows);
    empty -= impl.present;
    auto [body, entries] = impl.values->finish();
    impl.values = nullptr;

    PayloadIndexHeader header;
    header.magic = kPayloadIndexMagic;
    header.type = static_cast<uint32_t>(impl.type);
    header.rows = rows;
    header.entries = entries;
    header.key_bytes = impl.key.text().size();
    header.body_bytes = body.size();
    Bytes out;
    out.reserve(sizeof(header) + header.key_bytes + header.body_bytes);
    out.resize(sizeof(header));
    append(out, impl.key.text().data(), impl.key.text().size());
    pad(out);
    const auto append_rows = [&out](const RowBitmap& bitmap) -> uint64_t {
        const size_t before = out.size();
        append_bitmap(out, bitmap);
        const size_t bytes = out.size() - before;
        pad(out);
        return bytes;
    };
    header.empty_bytes = append_rows(empty);
    header.null_bytes = append_rows(impl.null);
    header.other_bytes = append_rows(impl.other);
    append(out, body.data(), body.size());
    pad(out);
    std::memcpy(out.data(), &header, sizeof(header));
    return out;
}

}  // namespace temblor
