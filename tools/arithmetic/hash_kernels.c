// Runs every kernel of every instruction set over fixed pseudo-random inputs of many shapes, special values included,
// and prints a hash of the results of each: the same lines on every processor.
#include "inputs.h"
#include "layers.h"

static void hash_products(const struct ckernels_table *kernels) {
  static const size_t shapes[][3] = {{1, 1, 1},   {1, 200, 50},  {2, 33, 7},   {3, 17, 5},    {4, 64, 16},
                                     {5, 65, 33}, {7, 100, 300}, {8, 48, 257}, {9, 130, 3},   {11, 25, 600},
                                     {13, 49, 1}, {16, 96, 512}, {50, 200, 50}, {66, 97, 129}, {70, 26, 40},
                                     {300, 70, 90}, {261, 33, 450}, {9, 400, 20}};
  for (int special = 0; special < 2; special++) {
    begin(1);
    for (size_t shape = 0; shape < sizeof(shapes) / sizeof(shapes[0]); shape++)
      for (int kind = 0; kind < 8; kind++) {
        size_t rows = shapes[shape][0], columns = shapes[shape][1], inner = shapes[shape][2];
        int left_turned = kind & 1, right_turned = kind >> 1 & 1;
        fill(a, rows * inner, special);
        fill(b, inner * columns, special);
        fill(c, rows * columns, special);
        struct ckernels_product product = {
            a, left_turned ? 1 : inner, left_turned ? rows : 1,
            b, right_turned ? 1 : columns, right_turned ? inner : 1,
            c, columns, rows, columns, inner, kind >> 2};
        kernels->multiply(&product);
        add(c, rows * columns);
      }
    end(kernels, special ? "multiply*" : "multiply");
    begin(1);
    for (size_t shape = 0; shape < sizeof(shapes) / sizeof(shapes[0]); shape++)
      for (int kind = 0; kind < 4; kind++) {
        size_t rows = shapes[shape][0], columns = shapes[shape][1], inner = shapes[shape][2];
        fill(a, rows * inner, special);
        fill(b, inner * columns, special);
        fill(c, rows * columns, special);
        kernels->pack(b, packed, inner, columns, kind & 1);
        // In two parts where there are columns enough.
        size_t first = columns < CKERNELS_PANEL ? columns : CKERNELS_PANEL;
        kernels->multiply_packed(a, packed, c, rows, columns, inner, 0, first, kind >> 1);
        if (first < columns)
          kernels->multiply_packed(a, packed, c, rows, columns, inner, first, columns - first, kind >> 1);
        add(c, rows * columns);
      }
    end(kernels, special ? "multiply_packed*" : "multiply_packed");
    begin(2);
    for (size_t rows = 0; rows < SIZES; rows++)
      for (size_t columns = 0; columns < SIZES; columns++) {
        fill(a, 3 * sizes[rows], special);
        fill(b, 3 * sizes[columns], special);
        kernels->outer_products(a, b, c, sizes[rows], sizes[columns], 1 + (rows + columns) % 3);
        add(c, sizes[rows] * sizes[columns]);
      }
    end(kernels, special ? "outer_products*" : "outer_products");
  }
}

static void hash_functions(const struct ckernels_table *kernels) {
  struct {
    const char *name;
    void (*apply)(float *, size_t);
  } functions[] = {{"exp", kernels->exp}, {"tanh", kernels->tanh}, {"sigmoid", kernels->sigmoid}};
  for (size_t index = 0; index < sizeof(functions) / sizeof(functions[0]); index++) {
    begin(3);
    for (size_t size = 0; size < SIZES; size++) {
      fill(a, sizes[size], 1);
      functions[index].apply(a, sizes[size]);
      add(a, sizes[size]);
    }
    // Over the whole range, in steps.
    for (uint32_t bits = 0; bits < 0xff800000u - 0x8000; bits += 0x8000 * ROOM / 1024) {
      for (size_t at = 0; at < ROOM / 1024; at++) {
        uint32_t value = bits + (uint32_t)at * 0x8000 + (uint32_t)at * 7;
        memcpy(&a[at], &value, sizeof(value));
      }
      functions[index].apply(a, ROOM / 1024);
      add(a, ROOM / 1024);
    }
    end(kernels, functions[index].name);
  }
}

static void hash_steps(const struct ckernels_table *kernels) {
  begin(4);
  for (size_t size = 0; size < SIZES; size++)
    for (size_t rows = 1; rows < 4; rows++)
      for (int special = 0; special < 2; special++) {
        size_t units = sizes[size], all = rows * units;
        fill(a, 4 * all, special);
        fill(b, all, special);
        kernels->lstm_forward(a, b, c, d, e, rows, units);
        add(a, 4 * all);
        add(c, all);
        add(d, all);
        add(e, all);
        fill(e, all, special);
        fill(f, all, special);
        kernels->lstm_backward(a, b, d, e, f, rows, units);
        add(a, 4 * all);
        add(f, all);
      }
  end(kernels, "lstm");
}

// A step of an sLSTM, there and back, with rows that have seen nothing yet.
static void hash_slstm_steps(const struct ckernels_table *kernels) {
  begin(19);
  for (size_t size = 0; size < SIZES; size++)
    for (size_t rows = 1; rows < 4; rows++)
      for (int kind = 0; kind < 4; kind++) {
        size_t units = sizes[size], all = rows * units;
        fill(a, 4 * all, kind >> 1);
        fill(b, 3 * all, kind >> 1);
        for (size_t at = 0; at < units; at++) b[all + at] = 0.0f;
        const struct ckernels_slstm step = {a, b, b + all, b + 2 * all, c, c + all, c + 2 * all, d};
        kernels->slstm_forward(&step, e, kind & 1, rows, units);
        add(a, 4 * all);
        add(c, 3 * all);
        add(d, all);
        add(e, all);
        fill(f, 3 * all, kind >> 1);
        kernels->slstm_backward(&step, e, f, f + all, f + 2 * all, rows, units);
        add(a, 4 * all);
        add(f, 3 * all);
      }
  end(kernels, "slstm");
}

// A step of a GRU and of a plain recurrence, there and back.
static void hash_other_steps(const struct ckernels_table *kernels) {
  begin(7);
  for (size_t size = 0; size < SIZES; size++)
    for (size_t rows = 1; rows < 4; rows++)
      for (int special = 0; special < 2; special++) {
        size_t units = sizes[size], all = rows * units;
        fill(a, 3 * all, special);
        fill(b, 3 * all, special);
        fill(c, all, special);
        fill(e, all, special);
        kernels->gru_forward(a, b, c, d, rows, units);
        add(a, 3 * all);
        add(d, all);
        kernels->gru_backward(a, b, c, e, rows, units);
        add(a, 3 * all);
        add(b, 3 * all);
        add(e, all);
      }
  end(kernels, "gru");
  begin(8);
  for (size_t size = 0; size < SIZES; size++)
    for (int special = 0; special < 2; special++) {
      fill(a, sizes[size], special);
      fill(b, sizes[size], special);
      kernels->rnn_forward(a, c, sizes[size]);
      kernels->rnn_backward(c, b, d, sizes[size]);
      add(c, sizes[size]);
      add(d, sizes[size]);
    }
  end(kernels, "rnn");
}

static void hash_sums(const struct ckernels_table *kernels) {
  begin(5);
  for (size_t size = 0; size < SIZES; size++)
    for (int special = 0; special < 2; special++) {
      double sums[2];
      size_t count = sizes[size] * 97;
      fill(a, count, special);
      fill(b, count, special);
      kernels->sums(a, count, &sums[0], &sums[1]);
      for (int index = 0; index < 2; index++) {
        if (sums[index] != sums[index]) sums[index] = 0.5;
        add_bytes(&sums[index], sizeof(double));
      }
      float dot = kernels->dot(a, b, count);
      add(&dot, 1);
      kernels->softmax(b, 97, sizes[size]);
      add(b, count);
      int finite = kernels->all_finite(a, count);
      add_bytes(&finite, sizeof(finite));
    }
  end(kernels, "sums");
}

static void hash_updates(const struct ckernels_table *kernels) {
  for (int rule = CKERNELS_ADAM; rule <= CKERNELS_ADADELTA; rule++) {
    begin(6);
    for (size_t size = 0; size < SIZES; size++)
      for (int kind = 0; kind < 8; kind++) {
        int special = kind & 1, is_plain = kind >> 1 & 1;
        struct ckernels_update update = {rule,   0.001f, 0.9f, 0.1f, 0.2f, 0.7f, 1.1f, 1e-7f,
                                         0.0f,   0.0f,   1.0f, INFINITY, 0.0f};
        if (!is_plain) {
          update.l1 = 0.01f;
          update.l2 = 0.02f;
          update.scale = 0.3f;
          update.clip = 0.5f;
          update.decay = 0.001f;
        }
        size_t rows = sizes[(size * 5) % SIZES], columns = sizes[size], inner = 1 + size % 5;
        size_t count = rows * columns;
        fill(a, count, special);
        fill(b, count > inner * columns ? count : inner * columns, special);
        fill(c, count, special);
        fill_positive(d, count, special);
        fill_positive(e, count, special);
        fill(f, inner * rows, special);
        if (rule == CKERNELS_ADAM || rule == CKERNELS_AMSGRAD || rule == CKERNELS_NADAM)
          kernels->update(&update, a, b, c, d, e, count);
        else
          kernels->update(&update, a, b, d, e, c, count);
        kernels->update_product(&update, a, kind >> 2 ? f : NULL, b, kind >> 2 ? rows : 1, columns, inner,
                                d, e, c);
        add(a, count);
        add(c, count);
        add(d, count);
        add(e, count);
      }
    char name[32];
    snprintf(name, sizeof(name), "update %d", rule);
    end(kernels, name);
  }
}

// The instruction sets that are named, or all.
int main(int count, char **names) {
  for (size_t index = 0; index < ckernels_available_count(); index++) {
    const struct ckernels_table *kernels = ckernels_available(index);
    int is_wanted = count < 2;
    for (int name = 1; name < count; name++) is_wanted |= strcmp(kernels->name, names[name]) == 0;
    if (!is_wanted) continue;
    hash_products(kernels);
    hash_functions(kernels);
    hash_steps(kernels);
    hash_slstm_steps(kernels);
    hash_other_steps(kernels);
    hash_elements(kernels);
    hash_maxima(kernels);
    hash_rows(kernels);
    hash_slopes(kernels);
    hash_normalization(kernels);
    hash_draws(kernels);
    hash_sums(kernels);
    hash_updates(kernels);
  }
  return 0;
}
