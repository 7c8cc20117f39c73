#include <cstdint>
#include <string_view>

#include "data/check.h"
#include "index/payload/filter_parser.h"
#include "index/payload/filter_rows.h"
#include "index/payload/payload_index_builder.h"
#include "index/payload/payload_matcher.h"

namespace {

using namespace temblor;

/// One payload, with an index of each key that is asked for.
class OnePayload final : public PayloadSource {
public:
    OnePayload(std::string_view json, PayloadType type) : json_(json), type_(type) {}

    [[nodiscard]] uint64_t rows() const override { return 1; }
    [[nodiscard]] const PayloadIndex* index(std::string_view key) const override {
        PayloadIndexBuilder builder(KeyPath::parse(key).value(), type_);
        TEMBLOR_CHECK(builder.add(0, json_).is_ok());
        const auto bytes = std::make_shared<std::vector<std::byte>>(builder.finish());
        auto opened = PayloadIndex::open(bytes, *bytes);
        TEMBLOR_CHECK(opened.is_ok() && opened->validate().is_ok());
        index_ = std::move(opened).value();
        return &*index_;
    }
    [[nodiscard]] std::optional<uint32_t> row_of(const DocumentId& id) const override {
        if (id == DocumentId(uint64_t{7})) return 0;
        return std::nullopt;
    }
    Status visit(const RowBitmap& rows, const Visit& visit) const override {
        return rows.contains(0) ? visit(0, uint64_t{7}, json_) : Status::ok();
    }

private:
    std::string_view json_;
    PayloadType type_;
    mutable std::optional<PayloadIndex> index_;  // the last that was asked for
};

/// Any bytes as an index.
void use_as_index(std::span<const std::byte> bytes, const Filter& filter) {
    const auto index = PayloadIndex::open(nullptr, bytes);
    if (!index.is_ok()) return;
    (void)index->validate();
    for (const Condition& condition : filter.must) {
        (void)index->estimate(condition);
        const auto answer = index->rows(condition);
        if (!answer || answer->certain.isEmpty()) continue;
        TEMBLOR_CHECK(answer->certain.maximum() < index->rows());
    }
}

}  // namespace

// A filter, a line's end, and a payload, or the bytes of an index: canonical text is read back, and
// indexes of every type decide as matching does.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const size_t end = input.find('\n');
    const auto filter = parse_filter(input.substr(0, end));
    if (!filter.is_ok()) {
        TEMBLOR_CHECK(filter.status().code() == StatusCode::kInvalidArgument);
        return 0;
    }
    const std::string text = to_json(*filter);
    const auto again = parse_filter(text);
    TEMBLOR_CHECK(again.is_ok() && *again == *filter && to_json(*again) == text);

    const std::string_view rest = end == std::string_view::npos ? "" : input.substr(end + 1);
    use_as_index(std::as_bytes(std::span(rest)), *filter);
    PayloadMatcher matcher;
    const auto taken = matcher.matches(*filter, uint64_t{7}, rest);
    if (!taken.is_ok()) return 0;
    for (const auto type : {PayloadType::kKeyword, PayloadType::kInteger, PayloadType::kFloat,
                            PayloadType::kBool, PayloadType::kDatetime}) {
        const auto found = filter_rows(*filter, OnePayload(rest, type), nullptr);
        TEMBLOR_CHECK(found.is_ok() && found->rows.contains(0) == *taken);
    }
    return 0;
}
