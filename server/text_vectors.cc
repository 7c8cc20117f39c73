#include "server/text_vectors.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <mutex>

#include "server/request_json.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;

constexpr std::array<std::string_view, 2> kTextModels = {"qdrant/bm25", "temblor/bm25"};

/// Each is made once and stays: the names that Snowball knows are few.
Result<std::shared_ptr<const Analyzer>> analyzer_of(const std::string& language) {
    static std::mutex mutex;
    static std::map<std::string, std::shared_ptr<const Analyzer>, std::less<>> analyzers;
    if (language.find('\0') != std::string::npos)
        return Status::invalid_argument("language: expected the name of one");
    const std::lock_guard lock(mutex);
    const auto known = analyzers.find(language);
    if (known != analyzers.end()) return known->second;
    TEMBLOR_ASSIGN_OR_RETURN(auto made, Analyzer::create({language, true}));
    std::shared_ptr<const Analyzer> analyzer = std::move(made);
    analyzers.emplace(language, analyzer);
    return analyzer;
}

/// Whether the vector can be made of text.
Status check_vector(const Schema& schema, std::string_view vector) {
    if (schema.sparse.contains(vector)) return Status::ok();
    const std::string name = "vector \"" + std::string(vector) + "\"";
    if (schema.dense.contains(vector)) {
        return Status::invalid_argument(
            name + " is dense: text is taken for sparse vectors only, expected numbers");
    }
    return Status::invalid_argument("the collection has no " + name);
}

Result<SparseVector> encode_text(TextSide side, const Schema& schema, std::string_view vector,
                                 std::string_view text, const TextOptions& options) {
    TEMBLOR_RETURN_IF_ERROR(check_vector(schema, vector));
    TEMBLOR_ASSIGN_OR_RETURN(auto analyzer, analyzer_of(options.language));
    TEMBLOR_ASSIGN_OR_RETURN(const HashedBm25 encoder,
                             HashedBm25::create(std::move(analyzer), options.bm25));
    return side == TextSide::kQuery ? encoder.query(text) : encoder.document(text);
}

Status check_model(const OptionalElement& value, const JsonPlace& place) {
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element given, needed(value, place));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string name, read_text(given, place, {}));
    std::string lower = name;
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    if (std::find(kTextModels.begin(), kTextModels.end(), lower) != kTextModels.end())
        return Status::ok();
    return place.wrong("expected qdrant/bm25 or temblor/bm25, got '" + name + "'");
}

Status read_text_number(const OptionalElement& value, const JsonPlace& place, double& number) {
    if (!value) return Status::ok();
    if (value->get_double().get(number) == simdjson::SUCCESS) return Status::ok();
    return place.expected("a number", *value);
}

Result<TextVector> read_bm25_object(TextSide side, const Schema& schema, std::string_view vector,
                                    dom::element object, const JsonPlace& place) {
    Status fits = check_vector(schema, vector);
    if (!fits.is_ok()) return place.wrong(fits.message());
    static constexpr std::array<std::string_view, 3> kNames = {"text", "model", "options"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(object, place, kNames));
    std::string_view text;
    if (!m[0] || m[0]->get_string().get(text) != simdjson::SUCCESS)
        return JsonPlace(place, "text").wrong("expected a string");
    TEMBLOR_RETURN_IF_ERROR(check_model(m[1], {place, "model"}));
    const JsonPlace at(place, "options");
    TEMBLOR_ASSIGN_OR_RETURN(const TextOptions options, read_text_options(m[2], at));
    auto encoded = encode_text(side, schema, vector, text, options);
    if (!encoded.is_ok() && encoded.status().code() == StatusCode::kInvalidArgument)
        return Status::invalid_argument(at.text() + "." + encoded.status().message());
    if (!encoded.is_ok()) return std::move(encoded).status();
    return TextVector(*std::move(encoded));
}

TextReader reader_of(TextSide side, const Schema& schema) {
    return [side, &schema](std::string_view name, dom::element object, const JsonPlace& place) {
        return read_bm25_object(side, schema, name, object, place);
    };
}

}  // namespace

TextReader text_vector_reader(TextSide side, const Schema& schema) {
    return reader_of(side, schema);
}

Result<TextOptions> read_text_options(const OptionalElement& value, const JsonPlace& place) {
    TextOptions options;
    if (!value) return options;
    static constexpr std::array<std::string_view, 11> kNames = {
        "language",     "avg_len",       "k",         "b",       "tokenizer",
        "lowercase",    "ascii_folding", "stopwords", "stemmer", "min_token_len",
        "max_token_len"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(*value, place, kNames));
    TEMBLOR_ASSIGN_OR_RETURN(options.language,
                             read_text(m[0], {place, "language"}, options.language));
    TEMBLOR_RETURN_IF_ERROR(
        read_text_number(m[1], {place, "avg_len"}, options.bm25.average_length));
    TEMBLOR_RETURN_IF_ERROR(read_text_number(m[2], {place, "k"}, options.bm25.saturation.k1));
    TEMBLOR_RETURN_IF_ERROR(read_text_number(m[3], {place, "b"}, options.bm25.saturation.b));
    const auto refused = [&](size_t member, std::string_view what) {
        return Status::unimplemented(JsonPlace(place, kNames[member]).text() + ": " +
                                     std::string(what));
    };
    TEMBLOR_ASSIGN_OR_RETURN(const std::string tokenizer,
                             read_text(m[4], {place, "tokenizer"}, "word"));
    if (tokenizer != "word" && tokenizer != "multilingual")
        return refused(4, "only word and multilingual are supported, got '" + tokenizer + "'");
    TEMBLOR_ASSIGN_OR_RETURN(const bool lowers, read_bool(m[5], {place, "lowercase"}, true));
    if (!lowers) return refused(5, "only true is supported");
    TEMBLOR_ASSIGN_OR_RETURN(const bool folds, read_bool(m[6], {place, "ascii_folding"}, false));
    if (folds) return refused(6, "only false is supported");
    for (size_t member = 7; member < kNames.size(); ++member) {
        if (m[member]) return refused(member, "not supported");
    }
    return options;
}

Result<std::map<uint32_t, std::string>> query_text_terms(std::string_view text,
                                                         const TextOptions& options) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto analyzer, analyzer_of(options.language));
    std::map<uint32_t, std::string> terms;
    TEMBLOR_RETURN_IF_ERROR(analyzer->analyze(text, [&](std::string_view term) {
        terms.try_emplace(HashedBm25::component_of(term), term);
    }));
    return terms;
}

Result<SparseVector> encode_query_text(const Schema& schema, std::string_view vector,
                                       std::string_view text, const TextOptions& options) {
    return encode_text(TextSide::kQuery, schema, vector, text, options);
}

Result<SparseVector> encode_document_text(const Schema& schema, std::string_view vector,
                                          std::string_view text, const TextOptions& options) {
    return encode_text(TextSide::kDocument, schema, vector, text, options);
}

TextReader query_text_reader(const Schema& schema) { return reader_of(TextSide::kQuery, schema); }

TextReader document_text_reader(const Schema& schema) {
    return reader_of(TextSide::kDocument, schema);
}

}  // namespace temblor
