#include "index/payload/key_path.h"

#include <algorithm>
#include <charconv>

namespace temblor {
namespace {

constexpr std::string_view kSpecial = ".[]\"";

class PathReader {
public:
    explicit PathReader(std::string_view text) : text_(text) {}

    Result<std::vector<KeyPath::Step>> read() {
        std::vector<KeyPath::Step> steps;
        do {
            TEMBLOR_RETURN_IF_ERROR(read_name(steps));
            while (take('[')) TEMBLOR_RETURN_IF_ERROR(read_element(steps));
        } while (take('.'));
        if (place_ != text_.size()) return wrong("expected '.', '[' or the end");
        return steps;
    }

private:
    bool take(char c) {
        if (place_ >= text_.size() || text_[place_] != c) return false;
        ++place_;
        return true;
    }

    Status read_name(std::vector<KeyPath::Step>& steps) {
        const bool quoted = take('"');
        const size_t end = std::min(
            quoted ? text_.find('"', place_) : text_.find_first_of(kSpecial, place_), text_.size());
        if (quoted && end == text_.size()) return wrong("a quote that is not closed");
        if (!quoted && end == place_) return wrong("expected a name");
        steps.emplace_back(std::string(text_.substr(place_, end - place_)));
        place_ = end + (quoted ? 1 : 0);
        return Status::ok();
    }

    /// After '['.
    Status read_element(std::vector<KeyPath::Step>& steps) {
        if (take(']')) {
            steps.emplace_back(KeyPath::AnyElement{});
            return Status::ok();
        }
        uint64_t number = 0;
        const auto [end, error] =
            std::from_chars(text_.data() + place_, text_.data() + text_.size(), number);
        if (error != std::errc()) return wrong("expected ']' or the number of an element");
        place_ = static_cast<size_t>(end - text_.data());
        if (!take(']')) return wrong("expected ']'");
        steps.emplace_back(number);
        return Status::ok();
    }

    [[nodiscard]] Status wrong(std::string_view what) const {
        return Status::invalid_argument("key '" + std::string(text_) + "': character " +
                                        std::to_string(place_) + ": " + std::string(what));
    }

    std::string_view text_;
    size_t place_ = 0;
};

}  // namespace

Result<KeyPath> KeyPath::parse(std::string_view text) {
    TEMBLOR_ASSIGN_OR_RETURN(std::vector<Step> steps, PathReader(text).read());
    KeyPath path;
    for (Step& step : steps) path.append(std::move(step));
    return path;
}

bool KeyPath::forks() const {
    for (const Step& step : steps_) {
        if (std::holds_alternative<AnyElement>(step)) return true;
    }
    return false;
}

KeyPath KeyPath::elements() const {
    KeyPath path = *this;
    const bool there = !steps_.empty() && std::holds_alternative<AnyElement>(steps_.back());
    if (!there) path.append(AnyElement{});
    return path;
}

KeyPath KeyPath::through_elements(const KeyPath& rest) const {
    KeyPath path = elements();
    for (const Step& step : rest.steps_) path.append(step);
    return path;
}

void KeyPath::append(Step step) {
    if (const auto* name = std::get_if<std::string>(&step)) {
        if (!steps_.empty()) text_ += '.';
        const bool quoted = name->empty() || name->find_first_of(kSpecial) != std::string::npos;
        if (quoted) text_ += '"';
        text_ += *name;
        if (quoted) text_ += '"';
    } else if (const auto* number = std::get_if<uint64_t>(&step)) {
        text_ += '[' + std::to_string(*number) + ']';
    } else {
        text_ += "[]";
    }
    steps_.push_back(std::move(step));
}

}  // namespace temblor
