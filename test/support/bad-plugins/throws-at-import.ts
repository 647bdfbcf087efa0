throw new TypeError('no connection to the warehouse')
