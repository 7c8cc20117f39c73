#include "index/payload/json_members.h"

#include <algorithm>

namespace temblor {
namespace {

namespace dom = simdjson::dom;

std::string_view with_article(dom::element_type type) {
    switch (type) {
        case dom::element_type::ARRAY:
            return "an array";
        case dom::element_type::OBJECT:
            return "an object";
        case dom::element_type::INT64:
        case dom::element_type::UINT64:
            return "an integer";
        case dom::element_type::DOUBLE:
            return "a number with a fraction";
        case dom::element_type::STRING:
            return "a string";
        case dom::element_type::BOOL:
            return "a boolean";
        case dom::element_type::NULL_VALUE:
            return "null";
    }
    return "something else";
}

constexpr size_t kMaxQuoted = 100;

std::string shortened(std::string_view name) {
    if (name.size() <= kMaxQuoted) return std::string(name);
    size_t end = kMaxQuoted;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
    return std::string(name.substr(0, end)) + "...";
}

}  // namespace

std::string JsonPlace::text() const {
    if (up_ == nullptr) return std::string(name_);
    return up_->text() + (index_ ? '[' + std::to_string(*index_) + ']' : '.' + shortened(name_));
}

Status JsonPlace::wrong(std::string_view what) const {
    return Status::invalid_argument(text() + ": " + std::string(what));
}

Status JsonPlace::expected(std::string_view what, dom::element got) const {
    return wrong("expected " + std::string(what) + ", got " +
                 std::string(with_article(got.type())));
}

Status read_members(dom::element element, const JsonPlace& place,
                    std::span<const std::string_view> names, std::span<OptionalElement> slots) {
    dom::object object;
    if (element.get(object) != simdjson::SUCCESS) return place.expected("an object", element);
    std::array<bool, 16> seen{};
    TEMBLOR_CHECK(names.size() == slots.size() && names.size() <= seen.size());
    for (const auto [name, value] : object) {
        const auto at = std::find(names.begin(), names.end(), name);
        if (at == names.end()) {
            std::string known;
            for (const std::string_view one : names) {
                known += (known.empty() ? "" : ", ") + std::string(one);
            }
            return JsonPlace(place, name).wrong("unknown member (known here: " + known + ")");
        }
        const auto index = static_cast<size_t>(at - names.begin());
        if (seen[index]) return JsonPlace(place, name).wrong("given twice");
        seen[index] = true;
        if (!value.is_null()) slots[index] = value;
    }
    return Status::ok();
}

}  // namespace temblor
