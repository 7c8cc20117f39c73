#include <cstdlib>

#include <gtest/gtest.h>

#include "compress/model/program_module.h"
#include "compress/model/text_models.h"
#include "tests/compress/model_files.h"

namespace temblor {
namespace {

TEST(ModelsModuleTest, SaysWhatToInstallWhereThereIsNone) {
    ::setenv("TEMBLOR_MODELS_MODULE", "off", 1);
    EXPECT_EQ(program_module_path("temblor_models", "TEMBLOR_MODELS_MODULE"), "");
    const TextModelOptions options;
    for (const Status& status : {open_sparse_text_model("m", options).status(),
                                 open_dense_text_model("m", options).status(),
                                 open_pair_score_model("m", options).status()}) {
        testing::expect_error(status, StatusCode::kUnimplemented, {"scripts/setup --models"});
    }
}

TEST(ModelsModuleTest, TheEnvironmentSaysWhereAModuleIs) {
    ::setenv("TEMBLOR_TEST_MODULE", "/some/where.so", 1);
    EXPECT_EQ(program_module_path("x", "TEMBLOR_TEST_MODULE"), "/some/where.so");
    ::unsetenv("TEMBLOR_TEST_MODULE");
    EXPECT_EQ(program_module_path("x", "TEMBLOR_TEST_MODULE"), "");
}

}  // namespace
}  // namespace temblor
