#include <gtest/gtest.h>

#include "compress/model/sentence_encoder.h"
#include "compress/model/splade_encoder.h"
#include "compress/model/text_classifier.h"
#include "compress/model/token_classifier.h"
#include "tests/compress/model_files.h"

namespace temblor {
namespace {

TEST(NoTorchTest, SaysWhatToInstall) {
    const ModelOptions options;
    for (const Status& status :
         {SpladeEncoder::open("m", options).status(), SentenceEncoder::open("m", options).status(),
          TextClassifier::open("m", options).status(),
          TokenClassifier::open("m", options).status()}) {
        testing::expect_error(status, StatusCode::kUnimplemented, {"scripts/setup --models"});
    }
}

}  // namespace
}  // namespace temblor
