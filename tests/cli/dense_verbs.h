#pragma once

#include <string>

#include <gtest/gtest.h>

#include "data/dense_dataset.h"
#include "data/formats/dense_reader.h"
#include "data/formats/dense_writer.h"
#include "data/progress.h"
#include "tests/cli/command_runner.h"
#include "tests/data/dense_files.h"

namespace temblor::cli::testing {

class DenseVerbs : public CommandTest {
protected:
    [[nodiscard]] DenseDataset dense(const std::string& name) const {
        return read_dense(path(name), no_progress()).value();
    }
    /// base.npy (300 x 20) and q.npy (8 x 20), f32.
    void make_dense() const {
        ASSERT_TRUE(write_npy(path("base.npy"), temblor::testing::random_dense(1, 300, 20),
                              FloatWidth::kF32)
                        .is_ok());
        ASSERT_TRUE(
            write_npy(path("q.npy"), temblor::testing::random_dense(2, 8, 20), FloatWidth::kF32)
                .is_ok());
    }
};

}  // namespace temblor::cli::testing
