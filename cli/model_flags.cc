#include "cli/model_flags.h"

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

namespace temblor::cli {

void ModelFlags::add_to(CLI::App& app, CLI::Option* encoder) {
    const std::string group = "Model of --encoder";
    app.add_option("--max-tokens", max_tokens,
                   "Tokens of a text, longer ones are cut [what the model takes; queries: as the "
                   "documents]")
        ->check(CLI::Range(1, 1 << 20))
        ->needs(encoder)
        ->group(group);
    app.add_option("--dtype", dtype, "Weights as f32, bf16, f16 or int8")
        ->check(CLI::IsMember({"f32", "bf16", "f16", "int8"}))
        ->needs(encoder)
        ->capture_default_str()
        ->group(group);
    app.add_option("--device", device, "cpu, cuda or cuda:1 [TEMBLOR_DEVICE, else cpu]")
        ->needs(encoder)
        ->group(group);
}

TextModelOptions ModelFlags::options() const {
    TextModelOptions result;
    result.max_tokens = max_tokens;
    result.model.device = device;
    result.model.precision = parse_precision(dtype).value();  // the flag's check took it
    return result;
}

}  // namespace temblor::cli
