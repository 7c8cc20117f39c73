#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "data/status.h"

namespace temblor {

/// Where in a payload a value is: "city", "address.street" through objects, "items[].price" through
/// every element of an array, "items[0].price" through one. A name that holds '.', '[', ']' or '"'
/// stands in double quotes, which it cannot hold itself: "\"a.b\".c". (Qdrant's JSON paths; names
/// without quotes may here hold any other character.)
class KeyPath {
public:
    struct AnyElement {
        bool operator==(const AnyElement&) const = default;
    };
    /// A member's name, an element's number, or every element.
    using Step = std::variant<std::string, uint64_t, AnyElement>;

    KeyPath() = default;
    /// Errors: kInvalidArgument with the character where the text ceases to be a path.
    static Result<KeyPath> parse(std::string_view text);

    [[nodiscard]] const std::vector<Step>& steps() const { return steps_; }
    /// The canonical text: quotes only where they are needed. Equal paths have equal texts.
    [[nodiscard]] const std::string& text() const { return text_; }
    /// Whether the path can reach more than one value: it holds "[]".
    [[nodiscard]] bool forks() const;
    /// This path, then every element of the array there, then `rest`: "a" and "b" give "a[].b". No
    /// second "[]" where this path ends with one.
    [[nodiscard]] KeyPath through_elements(const KeyPath& rest) const;
    /// This path with "[]" at its end, where it does not end with one already.
    [[nodiscard]] KeyPath elements() const;

    bool operator==(const KeyPath& other) const { return steps_ == other.steps_; }

private:
    void append(Step step);

    std::vector<Step> steps_;
    std::string text_;
};

}  // namespace temblor
