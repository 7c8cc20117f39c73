#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index/collection/point_json.h"
#include "index/collection/schema.h"
#include "server/encoders.h"
#include "server/text_vectors.h"

namespace temblor {

/// The texts of one request on their way to vectors. Models want many texts at once, so a body is
/// read twice: the first reading notes the texts, encode() makes all of them vectors, the second
/// reading finds them. Bodies without texts for models are read once, see read_with_texts().
/// Not thread-safe.
class RequestTexts {
public:
    /// Both outlive it.
    RequestTexts(const Encoders& encoders, const std::function<bool()>& cancelled)
        : encoders_(encoders), cancelled_(cancelled) {}

    /// Reads `{"text": "..", "model": "name"}` with a model of `encoders`, dense or sparse as the
    /// vector is, and what text_vectors.h has. The vectors of a first reading are made up. Errors
    /// name the member. It refers to this and to `schema`.
    TextReader reader(TextSide side, const Schema& schema);
    /// The same of a text for the vector `name`, whose model is not hashed BM25.
    Result<TextVector> vector_of(const Schema& schema, std::string_view name,
                                 const std::string& model, std::string_view text,
                                 const JsonPlace& place);
    /// Whether `model` is one of `encoders` that makes vectors.
    [[nodiscard]] bool knows(std::string_view model) const;
    [[nodiscard]] const Encoders& encoders() const { return encoders_; }

    /// Whether there are texts that encode() has to make vectors.
    [[nodiscard]] bool waiting() const { return !waiting_.empty(); }
    /// Errors: kCancelled, those of the models.
    Status encode();

private:
    using ModelText = std::pair<std::string, std::string>;

    const Encoders& encoders_;
    const std::function<bool()>& cancelled_;
    std::map<ModelText, TextVector> vectors_;
    std::map<std::string, std::vector<std::string>> waiting_;  ///< by model
};

/// What `read`, which uses readers of `texts`, returns once their vectors are there.
template <typename Read>
auto read_with_texts(RequestTexts& texts, Read read) -> decltype(read()) {
    auto first = read();
    if (!first.is_ok() || !texts.waiting()) return first;
    TEMBLOR_RETURN_IF_ERROR(texts.encode());
    return read();
}

}  // namespace temblor
