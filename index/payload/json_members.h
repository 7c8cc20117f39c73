#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "data/status.h"

namespace temblor {

/// Where in a JSON text something stands; a list of frames on the stack, made text only for errors.
class JsonPlace {
public:
    explicit JsonPlace(std::string_view name) : name_(name) {}
    JsonPlace(const JsonPlace& up, std::string_view name) : up_(&up), name_(name) {}
    JsonPlace(const JsonPlace& up, size_t index) : up_(&up), index_(index) {}

    /// "filter.must[2].range"
    [[nodiscard]] std::string text() const;
    /// kInvalidArgument: the place, then `what`.
    [[nodiscard]] Status wrong(std::string_view what) const;
    /// "expected a number, got a string"
    [[nodiscard]] Status expected(std::string_view what, simdjson::dom::element got) const;

private:
    const JsonPlace* up_ = nullptr;
    std::string_view name_;
    std::optional<size_t> index_;
};

using OptionalElement = std::optional<simdjson::dom::element>;

/// Puts the members of `object` into `slots` by their names; those that are null stay out. Errors:
/// not an object, a member that is not among `names`, or one given twice.
Status read_members(simdjson::dom::element object, const JsonPlace& place,
                    std::span<const std::string_view> names, std::span<OptionalElement> slots);

/// The members of `object` in the order of `names`.
template <size_t N>
Result<std::array<OptionalElement, N>> read_members(simdjson::dom::element object,
                                                    const JsonPlace& place,
                                                    const std::array<std::string_view, N>& names) {
    std::array<OptionalElement, N> slots;
    TEMBLOR_RETURN_IF_ERROR(read_members(object, place, names, slots));
    return slots;
}

}  // namespace temblor
