#include "compress/model/files/rope_scaling.h"

#include <algorithm>
#include <array>
#include <string>

namespace temblor {
namespace {

constexpr double kMostRope = 1e12;
constexpr int64_t kMostRopeLength = int64_t{1} << 31;

struct RopeName {
    std::string_view name;
    RopeKind kind;
};

constexpr std::array<RopeName, 8> kRopeNames = {{
    {"default", RopeKind::kPlain},
    {"linear", RopeKind::kLinear},
    {"dynamic", RopeKind::kDynamic},
    {"llama3", RopeKind::kLlama3},
    {"yarn", RopeKind::kYarn},
    {"longrope", RopeKind::kLong},
    {"su", RopeKind::kLong},
    {"", RopeKind::kPlain},
}};

}  // namespace

RopeScaling read_rope_scaling(ConfigFields& config, double& theta) {
    RopeScaling scaling;
    config.read("rope_theta", theta, 1, kMostRope, theta);
    config.read("original_max_position_embeddings", scaling.original_length, 1, kMostRopeLength, 0);
    auto fields = config.object("rope_parameters");
    if (!fields.has_value()) fields = config.object("rope_scaling");
    if (!fields.has_value()) return scaling;

    std::string name;
    fields->read("type", name, "");
    fields->read("rope_type", name, name);
    const auto* known = std::find_if(kRopeNames.begin(), kRopeNames.end(),
                                     [&](const RopeName& each) { return each.name == name; });
    if (known == kRopeNames.end()) {
        fields->refuse(fields->has("rope_type") ? "rope_type" : "type",
                       "default, linear, dynamic, llama3, yarn or longrope");
        config.take_error(*fields);
        return scaling;
    }
    scaling.kind = known->kind;
    fields->read("rope_theta", theta, 1, kMostRope, theta);
    const bool needs_factor = scaling.kind != RopeKind::kPlain && scaling.kind != RopeKind::kLong;
    fields->read("factor", scaling.factor, needs_factor ? 1 : 0, kMostRope,
                 needs_factor ? std::nullopt : std::optional<double>(0));
    fields->read("original_max_position_embeddings", scaling.original_length, 1, kMostRopeLength,
                 scaling.original_length);
    if (scaling.kind == RopeKind::kLlama3) {
        fields->read("low_freq_factor", scaling.low_frequency_factor, 1e-6, kMostRope);
        fields->read("high_freq_factor", scaling.high_frequency_factor, 1e-6, kMostRope);
        if (scaling.high_frequency_factor <= scaling.low_frequency_factor) {
            fields->refuse("high_freq_factor", "more than \"low_freq_factor\"");
        }
        if (scaling.original_length == 0) {
            fields->refuse("original_max_position_embeddings", "a whole number from 1");
        }
    }
    fields->read("beta_fast", scaling.beta_fast, 1e-6, kMostRope, scaling.beta_fast);
    fields->read("beta_slow", scaling.beta_slow, 1e-6, kMostRope, scaling.beta_slow);
    fields->read("mscale", scaling.mscale, 0, kMostRope, 0);
    fields->read("mscale_all_dim", scaling.mscale_all_dim, 0, kMostRope, 0);
    fields->read("attention_factor", scaling.attention_factor, 0, kMostRope, 0);
    fields->read("truncate", scaling.truncate, true);
    if (scaling.kind == RopeKind::kLong) {
        fields->read("short_factor", scaling.short_factors);
        fields->read("long_factor", scaling.long_factors);
    }
    config.take_error(*fields);
    return scaling;
}

}  // namespace temblor
