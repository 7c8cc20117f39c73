#include "data/text/encoder_config.h"

#include <fmt/format.h>
#include <simdjson.h>

namespace temblor {
namespace {

std::string quote(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            quoted += c;
        }
    }
    quoted += '"';
    return quoted;
}

/// Reads required fields of an object and remembers the first that failed.
class Fields {
public:
    explicit Fields(simdjson::dom::object object) : object_(object) {}

    void read(std::string_view name, std::string& out) {
        std::string_view text;
        if (take(name, "a string", object_[name].get(text))) out = text;
    }
    void read(std::string_view name, double& out) {
        take(name, "a number", object_[name].get(out));
    }
    void read(std::string_view name, bool& out) {
        take(name, "true or false", object_[name].get(out));
    }
    void read(std::string_view name, uint64_t& out) {
        take(name, "a whole number", object_[name].get(out));
    }
    [[nodiscard]] const Status& status() const { return status_; }

private:
    bool take(std::string_view name, std::string_view expected, simdjson::error_code code) {
        if (code == simdjson::SUCCESS) return true;
        if (status_.is_ok()) {
            status_ = Status::corruption(
                fmt::format("text encoder: field \"{}\": expected {}", name, expected));
        }
        return false;
    }

    simdjson::dom::object object_;
    Status status_;
};

}  // namespace

std::string write_encoder_config(const EncoderConfig& config) {
    if (config.kind == "model") {
        return fmt::format(
            "{{\"kind\":{},\"version\":{},\"name\":{},\"fingerprint\":{},\"max_tokens\":{}}}",
            quote(config.kind), kEncoderConfigVersion, quote(config.model.name),
            quote(config.model.fingerprint), config.model.max_tokens);
    }
    std::string json = fmt::format(
        "{{\"kind\":{},\"version\":{},\"k1\":{},\"b\":{},\"mean_length\":{}", quote(config.kind),
        kEncoderConfigVersion, config.k1, config.b, config.mean_length);
    if (config.kind == "bm25") {
        json += fmt::format(",\"language\":{},\"stop_words\":{}", quote(config.language),
                            config.stop_words);
    } else {
        json += fmt::format(
            ",\"lower_case\":{},\"strip_accents\":{},\"unknown\":{},\"continuation\":{},"
            "\"max_word_characters\":{}",
            config.lower_case, config.strip_accents, quote(config.unknown),
            quote(config.continuation), config.max_word_characters);
    }
    return json + "}";
}

Result<EncoderConfig> parse_encoder_config(std::string_view json) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    simdjson::dom::object object;
    if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS ||
        root.get(object) != simdjson::SUCCESS) {
        return Status::corruption("text encoder: settings are not a JSON object");
    }
    Fields fields(object);
    EncoderConfig config;
    uint64_t version = 0;
    fields.read("kind", config.kind);
    fields.read("version", version);
    TEMBLOR_RETURN_IF_ERROR(fields.status());
    if (version == 0 || version > kEncoderConfigVersion) {
        return Status::unimplemented(
            fmt::format("text encoder: version {} (this build reads up to {})", version,
                        kEncoderConfigVersion));
    }
    if (config.kind == "model") {
        fields.read("name", config.model.name);
        fields.read("fingerprint", config.model.fingerprint);
        fields.read("max_tokens", config.model.max_tokens);
        TEMBLOR_RETURN_IF_ERROR(fields.status());
        return config;
    }
    fields.read("k1", config.k1);
    fields.read("b", config.b);
    fields.read("mean_length", config.mean_length);
    if (config.kind == "bm25") {
        fields.read("language", config.language);
        fields.read("stop_words", config.stop_words);
    } else if (config.kind == "inference-free") {
        fields.read("lower_case", config.lower_case);
        fields.read("strip_accents", config.strip_accents);
        fields.read("unknown", config.unknown);
        fields.read("continuation", config.continuation);
        fields.read("max_word_characters", config.max_word_characters);
    } else {
        return Status::unimplemented(
            fmt::format("text encoder: kind \"{}\" is unknown to this build", config.kind));
    }
    TEMBLOR_RETURN_IF_ERROR(fields.status());
    return config;
}

}  // namespace temblor
