/* Matrix products in the browser, 16 bytes of numbers at a time. `make gemm` compiles this file twice, with NUMBER float
   and double, to gemm-float32.wasm and gemm-float64.wasm.

   A tile of the result stays in registers while the loop runs over K: each number that is read is used for a whole row
   or column of the tile. Where the size is no multiple of the tile, the last tile begins earlier and computes some
   numbers again: the same numbers, for every sum is made in one go. So M, N must be at least the size of a tile.

   Steps are counted in numbers, not in bytes. */

typedef NUMBER vector __attribute__((vector_size(16), aligned(sizeof(NUMBER))));

// gemm.py knows the size of a tile, and asks for no smaller result.
enum { LANES = 16 / sizeof(NUMBER), ROWS = 2, VECTORS = 4, COLUMNS = 4 };

#define EXPORT __attribute__((visibility("default")))

static inline vector load(const NUMBER *p) { return *(const vector *)p; }
static inline int least(int a, int b) { return a < b ? a : b; }

/* a (M, K), in any order, times b (K, N), whose rows are contiguous -> c (M, N). */
EXPORT void times(int M, int K, int N, const NUMBER *a, int a_row, int a_column, const NUMBER *b, int b_row, NUMBER *c) {
  for (int j = 0; j < N; j += VECTORS * LANES) {
    const int n = least(j, N - VECTORS * LANES);
    for (int i = 0; i < M; i += ROWS) {
      const int m = least(i, M - ROWS);
      vector sum[ROWS][VECTORS] = {0};
      for (int k = 0; k < K; k++)
        for (int r = 0; r < ROWS; r++)
          for (int v = 0; v < VECTORS; v++)
            sum[r][v] += a[(m + r) * a_row + k * a_column] * load(b + k * b_row + n + v * LANES);
      for (int r = 0; r < ROWS; r++)
        for (int v = 0; v < VECTORS; v++) *(vector *)(c + (m + r) * N + n + v * LANES) = sum[r][v];
    }
  }
}

/* a (M, K) times the transpose of b (N, K), the rows of both contiguous -> c (M, N). */
EXPORT void times_transposed(int M, int K, int N, const NUMBER *a, int a_row, const NUMBER *b, int b_row, NUMBER *c) {
  for (int j = 0; j < N; j += COLUMNS) {
    const int n = least(j, N - COLUMNS);
    for (int i = 0; i < M; i += ROWS) {
      const int m = least(i, M - ROWS);
      vector sum[ROWS][COLUMNS] = {0};
      int k = 0;
      for (; k <= K - LANES; k += LANES)
        for (int r = 0; r < ROWS; r++)
          for (int s = 0; s < COLUMNS; s++)
            sum[r][s] += load(a + (m + r) * a_row + k) * load(b + (n + s) * b_row + k);
      for (; k < K; k++)
        for (int r = 0; r < ROWS; r++)
          for (int s = 0; s < COLUMNS; s++) sum[r][s][0] += a[(m + r) * a_row + k] * b[(n + s) * b_row + k];
      for (int r = 0; r < ROWS; r++)
        for (int s = 0; s < COLUMNS; s++) {
          NUMBER total = 0;
          for (int lane = 0; lane < LANES; lane++) total += sum[r][s][lane];
          c[(m + r) * N + n + s] = total;
        }
    }
  }
}
