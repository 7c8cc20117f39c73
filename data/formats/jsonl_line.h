#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <simdjson.h>

#include "data/sparse_vector.h"
#include "data/status.h"

namespace temblor {

/// What a line of JSONL says of its document.
enum class LineShape : uint8_t {
    kTokens,   ///< "vector": {token: weight}
    kIndices,  ///< "indices": [component], "values": [weight]
    kText,     ///< "text" or "contents", perhaps "title"
};
std::string_view line_shape_name(LineShape shape);

/// One line taken apart. The views live until the parser's next line.
struct JsonlLine {
    LineShape shape = LineShape::kText;
    std::optional<std::string> id;  ///< of "_id" or "id": a string or an unsigned number
    simdjson::dom::object vector;
    simdjson::dom::array indices;
    simdjson::dom::array values;
    std::string_view title;
    std::string_view text;
    std::string payload;  ///< the other fields as they were written, one object

    /// Title, a blank and text; without a title only the text.
    [[nodiscard]] std::string full_text() const;
};

/// Parses lines with simdjson. Error messages name the field ("field indices[3]: ...") and leave
/// file and line to the caller.
class JsonlLineParser {
public:
    /// `text_first`: a line that has both a text and a vector counts as text.
    JsonlLineParser(bool text_first, bool keep_payload)
        : text_first_(text_first), keep_payload_(keep_payload) {}

    /// LineReader::kPadding bytes past `text` must be readable.
    Status parse(std::string_view text, JsonlLine& line);

    /// The entries of a kTokens line in `vector`, sorted by component, zero weights dropped.
    /// Tokens for which `component_of` has none are left out and counted in `unknown`; a token
    /// named twice is an error.
    using TokenLookup = std::function<std::optional<uint32_t>(std::string_view)>;
    Status decode_tokens(const JsonlLine& line, ValueRule rule, const TokenLookup& component_of,
                         SparseVector& vector, uint64_t& unknown);
    /// The same of a kIndices line, whose indices must ascend strictly.
    Status decode_indices(const JsonlLine& line, ValueRule rule, SparseVector& vector);

private:
    struct Fields;
    Status collect(simdjson::dom::object object, Fields& fields);

    struct Entry {
        uint32_t component;
        float weight;
        std::string_view token;
    };

    bool text_first_;
    bool keep_payload_;
    simdjson::dom::parser parser_;
    std::vector<bool> in_payload_;
    std::vector<Entry> entries_;
};

/// Of the JSON object in `text`, which a parser has found valid, the members whose number `keep`
/// marks, byte for byte as they were written: {"a":1,"b":[2]}.
std::string select_members(std::string_view text, const std::vector<bool>& keep);

}  // namespace temblor
