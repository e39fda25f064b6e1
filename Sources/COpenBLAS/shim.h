// CBLAS, and the two LAPACK routines of a QR factorisation: OpenBLAS contains LAPACK, but Debian's
// libopenblas-dev ships no header for it.
#include <cblas.h>

void dgeqrf_(const int *rows, const int *columns, double *matrix, const int *leading_dimension,
             double *tau, double *work, const int *work_size, int *info);
void dorgqr_(const int *rows, const int *columns, const int *reflectors, double *matrix,
             const int *leading_dimension, const double *tau, double *work, const int *work_size,
             int *info);
